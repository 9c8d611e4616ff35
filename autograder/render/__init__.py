"""Notebooks to read: executed, as one HTML page that needs no network, and as PDF."""
