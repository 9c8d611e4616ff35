"""What one can do with labs and courses, a module per verb; the command line only calls these."""
