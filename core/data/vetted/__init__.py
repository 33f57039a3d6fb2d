"""Careful reading of files that may come from anywhere."""
