"""Measures what a release and its hidden tests are worth."""
