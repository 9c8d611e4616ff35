"""Moves and grades notebooks."""
