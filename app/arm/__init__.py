"""The simulated arm in the window: its thread, its uses, and the devices that drive it."""
