"""Colours, type, style sheet and plot styles of both themes."""
