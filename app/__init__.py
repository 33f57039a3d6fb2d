"""The window of ACT-JEPA Studio; it shows and steers what ``core`` computes."""
