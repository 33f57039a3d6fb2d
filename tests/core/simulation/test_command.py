import numpy as np
import pytest

from core.simulation import COMMAND_FIELDS, COMMAND_SIZE, InvalidCommandError
from core.simulation.command import clipped


def test_commands_are_clipped_copies_in_float32() -> None:
    given = np.array([[2.0, -3.0, 0.5, 0.0, 0.0, 0.0, 1.0]])
    executed = clipped(given, 1)
    assert executed.dtype == np.float32
    np.testing.assert_array_equal(executed, [[1.0, -1.0, 0.5, 0.0, 0.0, 0.0, 1.0]])
    assert given[0, 0] == 2.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_named(bad: float) -> None:
    commands = np.zeros((3, COMMAND_SIZE))
    commands[2, 4] = bad
    with pytest.raises(InvalidCommandError, match=r"angular_y of simulation 2"):
        clipped(commands, 3)


@pytest.mark.parametrize("shape", [(7,), (2, 7), (3, 6)])
def test_another_shape_is_refused_with_the_expected_one(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidCommandError, match=r"expected \(3, 7\)"):
        clipped(np.zeros(shape), 3)


def test_seven_fields_in_the_order_that_recordings_use() -> None:
    assert len(COMMAND_FIELDS) == COMMAND_SIZE == 7
    assert COMMAND_FIELDS[:3] == ("linear_x", "linear_y", "linear_z")
    assert COMMAND_FIELDS[-1] == "gripper"
