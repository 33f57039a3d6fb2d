"""From hands to commands: gamepads, keyboard, and how both are mapped."""
