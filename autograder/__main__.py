"""`python -m autograder`: build, grade, demo."""

from .cli import main

main()
