"""The process in which data of other programs is read: `python -m core.exchange.limited_reader`.

The first line of its input says what to open, each further one what to send: `actions` or
`episodes`. HDF5, Parquet, PNG, JPEG and video are decoded here and nowhere else in an import, so
whatever a file does to those libraries, it does here.
"""

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.data import RecordingError
from core.data.episode import info_to_json
from core.data.vetted.limits import limit_this_process
from core.data.vetted.messages import write_message
from core.exchange.errors import ExchangeError
from core.exchange.source import ForeignEpisode, Source, arrays_of

CPU_TIME = 24 * 3600
"""Processor time of the process [s]: a data set may be large; each episode is timed outside."""
_FAULTS = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What the libraries raise where contents contradict each other."""

Part = tuple[dict[str, Any], dict[str, np.ndarray]]


def main() -> int:
    """Serve one source until the input ends or something is wrong with it."""
    limit_this_process(CPU_TIME)
    out = sys.stdout.buffer
    wanted = json.loads(sys.stdin.readline())
    try:
        with _opened(wanted) as source:
            about = {
                "episodes": len(source),
                "control_rate": source.control_rate,
                "action_names": source.action_names,
                "notes": source.notes,
            }
            write_message(out, about, {})
            for line in sys.stdin:
                parts: Iterable[Part] = map(_part, source.episodes())
                if json.loads(line) == "actions":
                    parts = (({}, {"actions": actions}) for actions in source.actions())
                for head, arrays in parts:
                    write_message(out, head, arrays)
                write_message(out, {"end": True, "notes": source.notes}, {})
    except (ExchangeError, RecordingError) as error:
        write_message(out, {"error": type(error).__name__, "message": str(error)}, {})
    except (MemoryError, OSError, *_FAULTS) as error:
        text = f"is damaged ({error}); get it anew"
        if isinstance(error, MemoryError):
            text = "needs more memory than its reader may take; --no-images needs less"
        write_message(out, {"error": "", "message": f"{wanted['path']} {text}"}, {})
    return 0


@contextlib.contextmanager
def _opened(wanted: dict[str, Any]) -> Iterator[Source]:
    # Each format's library is loaded only where it is used.
    path, options = Path(wanted["path"]), wanted["options"]
    if wanted["format"] == "robomimic":
        from core.data.vetted.hdf5_file import VettedFile
        from core.exchange.robomimic import RobomimicSource

        with VettedFile(path, recording=False) as file:
            yield RobomimicSource(file, **options)
    else:
        from core.exchange.lerobot import LeRobotSource

        yield LeRobotSource(path, **options)


def _part(episode: ForeignEpisode) -> Part:
    """What is said of an episode, and its arrays."""
    head = {
        "name": episode.name,
        "task": episode.task,
        "success": episode.success,
        "info": None if episode.info is None else json.dumps(info_to_json(episode.info)),
    }
    return head, arrays_of(episode)


if __name__ == "__main__":
    sys.exit(main())
