"""One extension of each kind for ACT-JEPA Studio."""
