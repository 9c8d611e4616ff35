"""Written answers of a class, graded by people question by question, on sheets without names."""
