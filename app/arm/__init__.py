"""The simulated arm in the window: its thread, its activities, and the devices that drive it."""
