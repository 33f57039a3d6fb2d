"""The view of the simulated scene."""
