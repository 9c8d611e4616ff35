"""Compiles a lab's one Markdown source into a student notebook and a solution notebook."""
