"""The Episodes page."""
