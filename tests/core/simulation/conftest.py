"""A grasped box, which several test files need."""

import numpy as np
import pytest

from core.simulation import Demonstrator, World


@pytest.fixture(scope="session")
def lifted_states() -> np.ndarray:
    """States of lift in which the scripted operator holds the box in the air (8, state_size)."""
    world = World("lift", 8)
    operator = Demonstrator(world, range(8))
    for _ in range(160):
        world.step(operator.act())
    assert world.succeeded().all()
    assert world.grasped().all()
    return world.get_states()
