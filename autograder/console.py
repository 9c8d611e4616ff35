#!python
"""The command `course-lab`, which is `python -m autograder`, once it is installed.

`pip install .` puts this file into the environment's `bin/`, and the packages into `share/`. They
do not go to site-packages: student code reads those, and must not read `lib.reference`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "share" / "course-lab"))

from autograder.cli import main

if __name__ == "__main__":  # and not in the processes that grading starts
    main("course-lab")
