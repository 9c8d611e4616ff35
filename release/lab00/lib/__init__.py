"""What labs are made of: the kit, which ships with them, and the reference, which never does."""
