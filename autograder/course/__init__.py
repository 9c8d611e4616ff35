"""A course in nbgrader's folders: source, release, submitted, autograded, feedback, gradebook."""
