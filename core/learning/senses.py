"""What a policy senses, from the names of groups and fields."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.learning.configuration import EncoderConfiguration
from core.learning.errors import ConfigurationError
from core.spec import ARM, Spec

PROPRIOCEPTION = ("end_effector_position", "end_effector_rotation", "gripper_opening")
"""What the bundled arm senses of itself beside its cameras."""
FORCE = ("wrist_force", "wrist_torque")
"""What its wrist feels; a policy senses the last `HISTORY` frames of it."""
HISTORY = 8
"""Frames of force that a policy senses [control steps]: 0.4 s tell a touch from a pull."""
GOAL = ("goal_position",)
"""A goal that is given."""
HAND = "end_effector_position"
"""What a given goal is relative to."""
GROUPS = ("state", "cameras", "cameras+force")
"""Names that stand for several fields."""


@dataclass(frozen=True)
class Senses:
    """Names of the fields that a policy senses, in the order of its spec."""

    encoded: tuple[str, ...]
    """What the encoder looks at."""
    given: tuple[str, ...]
    """What policy head, goal map and planner are given besides: prediction forgets what nothing
    can move."""

    @property
    def all(self) -> tuple[str, ...]:
        """Everything without which the policy cannot act."""
        return self.encoded + self.given


def senses_of(spec: Spec, configuration: EncoderConfiguration) -> Senses:
    """What `configuration` chooses of the fields of `spec`.

    Raises `ConfigurationError` for a name that is neither a group nor a field.
    """
    chosen: set[str] = set()
    for name in configuration.senses:
        chosen.update(_group(spec, configuration, name))
    given: list[str] = []
    cameras = [field for field in spec.fields if field.kind == "image" and field.name in chosen]
    if cameras and configuration.goal == "given":
        given = [field.name for field in spec.fields if field.name in GOAL and _bundled(spec)]
    encoded = (f.name for f in spec.fields if f.name in chosen and f.name not in given)
    return Senses(tuple(encoded), tuple(given))


def image_senses(senses: Iterable[str]) -> bool:
    """Whether `senses` name a group that includes cameras."""
    return any(name.startswith("cameras") for name in senses)


def require_known(senses: Iterable[str], fields: Sequence[str]) -> None:
    """Raise `ConfigurationError` for a name that is neither a group nor one of `fields`."""
    for name in senses:
        if name not in GROUPS and name not in fields:
            known = ", ".join(dict.fromkeys((*GROUPS, *fields)))
            raise ConfigurationError(f"there is no field '{name}' to sense; choose among: {known}")


def histories_for(senses: Iterable[str]) -> dict[str, int]:
    """{field: frames} of the fields whose last frames `senses` name."""
    return dict.fromkeys(FORCE, HISTORY) if "cameras+force" in senses else {}


def _bundled(spec: Spec) -> bool:
    """Whether the fields are those of the bundled arm."""
    return spec.actions.frame == "world" and any(f.name in ARM for f in spec.fields)


def _group(spec: Spec, configuration: EncoderConfiguration, name: str) -> list[str]:
    if name == "state":
        left_out = {"image", *configuration.ignored}
        whole = (f for f in spec.fields if not f.source)
        return [f.name for f in whole if not left_out & {f.name, f.kind}]
    if name in ("cameras", "cameras+force"):
        images = [field.name for field in spec.fields if field.kind == "image"]
        if not images:
            raise ConfigurationError(
                f"the policy is to sense {name}, and the demonstrations have no images; choose "
                "demonstrations with images, or let it sense the state"
            )
        if not _bundled(spec):
            return [field.name for field in spec.fields]
        felt = FORCE if name == "cameras+force" else ()
        own = [f.name for f in spec.vectors if f.name in PROPRIOCEPTION or f.source in felt]
        return [*images, *own]
    require_known([name], [field.name for field in spec.fields])
    return [name]
