"""Demonstrations as tensors: checked, scaled, cut into windows and augmented."""
