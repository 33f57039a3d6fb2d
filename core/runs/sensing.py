"""What a policy senses of recordings, and what its training leaves out or changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data import EpisodeInfo, ImageReader
from core.spec import Spec

Size = tuple[int, int]
"""Height and width [px]."""


@dataclass(frozen=True)
class Sensing:
    """What a training takes of its recordings. Immutable; crosses threads."""

    senses: tuple[str, ...]
    """Fields that the policy has to be given when it drives."""
    filtered: tuple[str, ...] = ()
    """Those of them that only its observer looks at."""
    left_out: tuple[str, ...] = ()
    """Vector fields and images of the recordings that it does not sense."""
    resized: tuple[str, ...] = ()
    """Images that are brought to another size, such as "front_image from 96 × 128 to 64 × 64"."""
    scaled: tuple[str, ...] = ()
    """Actions that are learned as commands in [-1, 1], not in the robot's own units."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of this for a person, said before the first update."""
        said = [f"The policy senses {_listed(self.senses)}."]
        if self.filtered:
            said.append(f"Only its observer looks at {_listed(self.filtered)}.")
        if self.left_out:
            said.append(f"It does not sense {_listed(self.left_out)}.")
        if self.resized:
            said.append(f"Images are resized: {_listed(self.resized)}.")
        if self.scaled:
            said.append(f"Actions are scaled to [-1, 1]: {_listed(self.scaled)}.")
        return tuple(said)


def sensing_of(
    spec: Spec,
    encoded: Iterable[str],
    infos: Iterable[EpisodeInfo],
    sizes: Mapping[str, Iterable[Size]],
) -> Sensing:
    """What the policy of `spec` takes of recordings described by `infos`.

    `encoded` names what policy head and encoder look at; `sizes` {image: (height, width) …} are
    those of the images in the recordings.
    """
    senses = tuple(field.name for field in spec.demanded)
    looked_at = {f.demanded.name for f in spec.fields if f.name in set(encoded)}
    recorded = dict.fromkeys(name for info in infos for name in (*info.fields, *info.images))
    actions = spec.actions
    units = zip(actions.names, actions.offset, actions.scale, strict=False)  # () where none
    return Sensing(
        senses=senses,
        filtered=tuple(name for name in senses if name not in looked_at),
        left_out=tuple(name for name in recorded if name not in senses),
        resized=tuple(_resized(spec, sizes)),
        scaled=tuple(name for name, offset, scale in units if (offset, scale) != (0.0, 1.0)),
    )


def recorded_sizes(files: Sequence[Path], names: Sequence[str]) -> dict[str, list[Size]]:
    """Heights and widths in which recordings hold the images called `names`, each once.

    Raises the errors of reading recordings.
    """
    found: dict[str, set[Size]] = {name: set() for name in names}
    for path in files if names else ():
        with ImageReader(path) as reader:
            for name in names:
                found[name].add(reader.size(name))
    return {name: sorted(sizes) for name, sizes in found.items()}


def _resized(spec: Spec, sizes: Mapping[str, Iterable[Size]]) -> Iterable[str]:
    for field in spec.sensed_images:
        wanted = field.shape[:2]
        others = [_size(size) for size in sizes.get(field.name, ()) if size != wanted]
        if others:
            yield f"{field.name} from {_listed(others)} to {_size(wanted)}"


def _size(size: Sequence[int]) -> str:
    return f"{size[0]} × {size[1]}"


def _listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    *first, last = names or ("nothing",)
    return f"{', '.join(first)} and {last}" if first else last
