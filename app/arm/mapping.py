"""Which stick, trigger, button and key does what."""

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Literal, Self, get_args, get_type_hints

from PySide6.QtCore import Qt

Axis = Literal["left_x", "left_y", "right_x", "right_y", "none"]
Trigger = Literal["left_trigger", "right_trigger", "none"]
Button = Literal[
    "a",
    "b",
    "x",
    "y",
    "back",
    "start",
    "left_stick",
    "right_stick",
    "left_shoulder",
    "right_shoulder",
    "up",
    "down",
    "left",
    "right",
    "none",
]
Directions = Literal["as seen", "arm"]

ACTIONS: dict[str, str] = {
    "record": "Start or stop",
    "discard": "Discard",
    "success": "Mark success",
    "failure": "Mark failure",
    "new_start": "New start",
    "gripper": "Open or close",
}
"""Actions of a press, with their names for people."""


@dataclass(frozen=True)
class PadMapping:
    """How one kind of gamepad drives the arm."""

    across: Axis = "left_x"
    """Stick axis that moves the gripper left and right."""
    away: Axis = "left_y"
    """Stick axis that moves the gripper away and back."""
    height: Axis = "right_y"
    """Stick axis that moves the gripper up and down."""
    turn: Axis = "right_x"
    """Stick axis that turns the gripper about the vertical (yaw)."""
    close: Trigger = "right_trigger"
    """Trigger that closes the gripper."""
    open: Trigger = "left_trigger"
    """Trigger that opens the gripper."""
    tilt: Button = "left_shoulder"
    """While held, the stick of height and turn tilts the gripper instead (pitch and roll)."""
    precise: Button = "right_shoulder"
    """While held, everything moves at a third of the speed."""
    record: Button = "a"
    """Starts a recording, and stops it."""
    discard: Button = "b"
    """Drops the recording."""
    success: Button = "y"
    """Ends the recording as a success, or relabels the last one."""
    failure: Button = "x"
    """Ends the recording as a failure, or relabels the last one."""
    new_start: Button = "start"
    """Puts arm, box and goal to another start."""
    gripper: Button = "right_stick"
    """Opens the gripper if it is closed, closes it if it is open."""
    dead_zone: float = 0.12
    """Deflection below which a stick says nothing, 0 to 0.5."""
    curve: float = 1.7
    """Exponent of the response: 1 is straight, above it small deflections move finely; 1 to 4."""
    sensitivity: float = 1.0
    """Part of the full speed that a full deflection gives, 0.1 to 1."""
    directions: Directions = "as seen"
    """"as seen": away on the stick is away from the viewer. "arm": the arm's own axes."""
    rumble: bool = True
    """Whether the pad rumbles at a grasp and at success."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("dead_zone", 0.0, 0.5),
            ("curve", 1.0, 4.0),
            ("sensitivity", 0.1, 1.0),
        ):
            value = getattr(self, name)
            if not (isinstance(value, int | float) and low <= value <= high):
                raise ValueError(f"{name} is {value!r}; expected a number from {low} to {high}")
        for name, kind in get_type_hints(PadMapping).items():
            value, choices = getattr(self, name), get_args(kind)
            if choices and value not in choices:
                raise ValueError(f"{name} is {value!r}; one of {', '.join(choices)}")
        used = [button for button in self.buttons() if button != "none"]
        twice = sorted({button for button in used if used.count(button) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)}: a button can do one thing only")

    def buttons(self) -> tuple[str, ...]:
        """The buttons in use, in the order of the actions and then tilt and precise."""
        return (*(getattr(self, action) for action in ACTIONS), self.tilt, self.precise)

    def action_of(self, button: str) -> str | None:
        """What a press of `button` does, or None."""
        return next((action for action in ACTIONS if getattr(self, action) == button), None)

    def to_json(self) -> str:
        """For the settings."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse; entries that are unknown or out of range take their defaults."""
        try:
            given = json.loads(text)
            known = {field.name for field in fields(cls)}
            return cls(**{key: value for key, value in given.items() if key in known})
        except (ValueError, TypeError, AttributeError, RecursionError):
            return cls()


def shaped(x: float, y: float, mapping: PadMapping) -> tuple[float, float]:
    """A stick's deflection (x, y) after dead zone, response curve and sensitivity.

    The dead zone is a disc and the rest is rescaled, so that motion begins at zero speed in every
    direction; the curve acts on the length, so that directions are kept.
    """
    length = math.hypot(x, y)
    if length <= mapping.dead_zone:
        return 0.0, 0.0
    reach = min(1.0, (length - mapping.dead_zone) / (1.0 - mapping.dead_zone))
    scale = mapping.sensitivity * reach**mapping.curve / length
    return x * scale, y * scale


def shaped_trigger(value: float) -> float:
    """A trigger's travel after its dead zone, in [0, 1]."""
    return 0.0 if value < 0.08 else min(1.0, (value - 0.08) / 0.92)


@dataclass(frozen=True)
class Key:
    """One key of the keyboard and what it does."""

    key: Qt.Key
    """As Qt names it."""
    label: str
    """As it stands on the key."""
    does: str
    """For people."""


MOTION_KEYS: tuple[tuple[Key, Key, int], ...] = (
    (Key(Qt.Key.Key_D, "D", "right"), Key(Qt.Key.Key_A, "A", "left"), 0),
    (Key(Qt.Key.Key_W, "W", "away"), Key(Qt.Key.Key_S, "S", "back"), 1),
    (Key(Qt.Key.Key_E, "E", "up"), Key(Qt.Key.Key_Q, "Q", "down"), 2),
    (Key(Qt.Key.Key_Z, "Z", "roll left"), Key(Qt.Key.Key_X, "X", "roll right"), 3),
    (Key(Qt.Key.Key_Up, "↑", "tilt up"), Key(Qt.Key.Key_Down, "↓", "tilt down"), 4),
    (Key(Qt.Key.Key_Left, "←", "turn left"), Key(Qt.Key.Key_Right, "→", "turn right"), 5),
)
"""Pairs of keys for the two directions of: across, away, height, roll, pitch, yaw."""

ACTION_KEYS: dict[str, Key] = {
    "record": Key(Qt.Key.Key_Return, "Enter", ACTIONS["record"]),
    "discard": Key(Qt.Key.Key_Backspace, "⌫", ACTIONS["discard"]),
    "success": Key(Qt.Key.Key_Y, "Y", ACTIONS["success"]),
    "failure": Key(Qt.Key.Key_N, "N", ACTIONS["failure"]),
    "new_start": Key(Qt.Key.Key_R, "R", ACTIONS["new_start"]),
    "gripper": Key(Qt.Key.Key_Space, "Space", ACTIONS["gripper"]),
}
"""Key of every action."""

PRECISE_KEY = Key(Qt.Key.Key_Shift, "Shift", "Slowly while held")
PRECISE = 1.0 / 3.0
"""Speed while the precise button or key is held."""

BUTTON_LABELS: dict[str, str] = {
    "a": "A",
    "b": "B",
    "x": "X",
    "y": "Y",
    "back": "Back",
    "start": "Start",
    "left_stick": "L3",
    "right_stick": "R3",
    "left_shoulder": "LB",
    "right_shoulder": "RB",
    "up": "D-pad ↑",
    "down": "D-pad ↓",
    "left": "D-pad ←",
    "right": "D-pad →",
    "none": "–",
}
"""What stands on the buttons."""
