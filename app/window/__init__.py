"""The window's frame: menu, rail, status bar, messages."""
