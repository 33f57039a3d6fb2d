"""Episodes as one HDF5 file that robomimic's own dataset class loads."""

import os
from collections.abc import Iterator
from pathlib import Path

from core.data import RecordingError, StorageError
from core.data.vetted.child import Child, ChildEndedError
from core.data.writer import refused
from core.exchange.choice import Chosen
from core.exchange.whole import exported_file

COMMAND = ("-m", "core.exchange.robomimic.filling")
"""What Python runs in the process that writes."""


def export_robomimic(
    chosen: Chosen, out: Path | str, *, next_observations: bool = True, replace: bool = False
) -> Iterator[int]:
    """Write the episodes into the file `out`, which appears whole or not at all.

    Yields the number of episodes done; the file is there after the last. `next_observations`
    also stores each observation a step later, which robomimic's loader asks for by
    default. Raises :class:`TargetError` if `out` exists and `replace` is not set, and
    :class:`core.data.StorageError` when the disk refuses.
    """
    out = Path(out).absolute()
    with exported_file(out, replace=replace) as building:
        for done in _filling(building, chosen, next_observations, out):
            if done < len(chosen.paths):
                yield done
    yield len(chosen.paths)


def _filling(building: Path, chosen: Chosen, next_observations: bool, out: Path) -> Iterator[int]:
    """Let a process write the file; yields how many episodes it has written."""
    with Child(COMMAND) as child:
        child.ask(
            {
                "out": str(building),
                "recordings": [str(path) for path in chosen.paths],
                "next_observations": next_observations,
            }
        )
        for _ in chosen.paths:
            try:
                message, _ = child.receive(None)
            except ChildEndedError as error:
                raise StorageError(
                    f"cannot save {out}: the process that writes it died "
                    f"({child.process.poll()}), as HDF5 does on a full disk; "
                    "nothing was left behind, free some space and try again",
                    out,
                ) from error
            match message:
                case {"done": int(done)}:
                    yield done
                case {"error": str(text)}:
                    raise RecordingError(text)
                case {"errno": int(number)}:
                    raise refused(OSError(number, os.strerror(number)), out, "save")
