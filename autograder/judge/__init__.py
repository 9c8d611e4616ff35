"""Grades one submission: composes its notebook, runs the hidden tests against its worker."""
