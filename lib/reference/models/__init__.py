"""The lab's three models."""
