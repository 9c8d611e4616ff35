"""What a class got and what it did not get: figures, plots and a page for the instructor."""
