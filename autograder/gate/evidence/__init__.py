"""Finds tests that believe a liar, and so break the rule of evidence."""
