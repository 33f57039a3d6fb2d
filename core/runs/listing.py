"""What lies in a folder of checkpoints, read without torch and without any weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files import read_table
from core.spec import Spec

if TYPE_CHECKING:
    from core.learning import Configuration

DESCRIPTION = "checkpoint.json"
LARGEST_DESCRIPTION = 64 * 2**20
"""A larger description was not written by this program [bytes]."""
AUTOSAVE = ".autosave"
"""Ending of the folder in which a running training keeps itself against a crash."""


@dataclass(frozen=True)
class CheckpointEntry:
    """One folder of checkpoints: either described, or with the reason why it cannot be."""

    path: Path
    """The folder."""
    task: str = ""
    """Name of the task."""
    step: int = 0
    """Updates done."""
    total_steps: int = 0
    """Updates planned."""
    phase: str = ""
    """Phase of training it was written in."""
    protocol: str = "joint"
    """Joint or frozen."""
    created: str = ""
    """When it was written, ISO 8601, UTC."""
    preset: str = ""
    """Preset it was trained with, as far as known."""
    episodes: tuple[str, ...] = ()
    """Identifiers of the demonstrations, in order."""
    recordings: tuple[Path, ...] = ()
    """Files they were read from, as far as known."""
    held_out: tuple[Path, ...] = ()
    """Files of demonstrations that it was validated on."""
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    """Its configuration as it was written."""
    images: tuple[str, ...] = ()
    """Camera images that it senses, by the name of their field."""
    problem: str | None = None
    """Why it cannot be used; None if it can."""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def complete(self) -> bool:
        """Whether training came to its end."""
        return self.problem is None and self.step >= self.total_steps

    @property
    def autosaved(self) -> bool:
        """Whether a training kept it against a crash and did not come to save it itself."""
        return self.name.endswith(AUTOSAVE)

    @property
    def configuration(self) -> Configuration:
        """The settings it was trained with; imports torch. Raises `ConfigurationError`."""
        from core.learning import Configuration

        return Configuration.from_dict(self.settings)

    @property
    def head_trained(self) -> bool:
        """Whether the policy head has learned: in the frozen protocol it does so at the end."""
        return self.protocol == "joint" or self.phase != "representation"


def list_checkpoints(folder: Path) -> list[CheckpointEntry]:
    """The checkpoints in `folder`, newest first; broken ones with their problem.

    Hidden folders and those without a description are no checkpoints. An absent or unreadable
    folder holds none.
    """
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []
    entries = [describe_checkpoint(path) for path in found if (path / DESCRIPTION).is_file()]
    return sorted(entries, key=lambda entry: (entry.created, entry.name), reverse=True)


def describe_checkpoint(folder: Path) -> CheckpointEntry:
    """The entry of one folder; what is wrong with it becomes its problem."""
    path = folder / DESCRIPTION
    try:
        content = read_table(path, LARGEST_DESCRIPTION)
        source = content["provenance"]
        data = content.get("demonstrations") or content["memory"]  # as it was called before
        return CheckpointEntry(
            folder,
            task=str((content.get("spec") or content["space"])["task"]),
            step=int(content["training"]["step"]),
            total_steps=int(source["total_steps"]),
            phase=str(source["phase"]),
            protocol=str(content["configuration"]["training"]["protocol"]),
            created=str(source["created"]),
            settings=dict(content["configuration"]),
            preset=str(source.get("preset", "")),
            episodes=tuple(str(name) for name in data["identifiers"]),
            recordings=tuple(Path(str(name)) for name in source.get("recordings", ())),
            images=_sensed_images(content.get("spec", {})),
            held_out=tuple(Path(str(name)) for name in source.get("held_out", ())),
        )
    except OSError as error:
        problem = error.strerror or str(error)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"its description does not make sense ({error!r})"
    return CheckpointEntry(folder, problem=f"{folder.name} cannot be read: {problem}")


def _sensed_images(spec: dict[str, Any]) -> tuple[str, ...]:
    """Names of the images that a policy of this spec senses; {} stands for one of a former format,
    which senses none."""
    if not spec:
        return ()
    return tuple(field.name for field in Spec.from_dict(spec).sensed_images)


def autosave_folder(folder: Path) -> Path:
    """Where the training that will be in `folder` is kept against a crash while it goes on."""
    return folder.with_name(f"{folder.name}{AUTOSAVE}")


def furthest_copy(folder: Path) -> Path:
    """`folder`, or what was kept of its training against a crash if that has more updates."""
    kept = describe_checkpoint(autosave_folder(folder))
    return kept.path if kept.step > describe_checkpoint(folder).step else folder
