"""Versions of what results depend on.

A stored result counts while these numbers are what they were when it was made. Raise a number by
hand, in the commit that changes results; better code that gives the same results keeps it. The
golden tests in `tests/golden` fail where results have changed and the number has not.

Each mode has a version of its own, `core.policies.mode.Mode.version`, so that better planning
costs no evaluation of behavioural cloning.
"""

SIMULATION = 1
"""What a command does to the simulated world, what is sensed of it, and how the scripted operator
demonstrates. Perturbed replays of demonstrations belong to it."""
LEARNING = 1
"""What is learned from given demonstrations with a given configuration."""
EVALUATION = 1
"""Which starts, disturbances and chunk weights an evaluation uses, and what counts as success."""
RENDERING = 1
"""How images for policies are drawn: the framing of the cameras, the look of the goal, and the
quality (`core/simulation/cameras.py`). Images of another version are drawn again."""
