"""What hand-ins have in common, question by question: evidence for a person, never a verdict."""
