"""Other answers than the solution's, written by hand: one text format for right and wrong ones."""
