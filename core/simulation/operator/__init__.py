"""A scripted operator with a person's faults, who drives by the same sticks as a person."""
