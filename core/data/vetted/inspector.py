"""The process in which foreign files are opened first: `python -m core.data.vetted.inspector`.

Each line of its input is a request as JSON, each line of its output the answer. Whatever a file
does to the libraries that read it, it does here.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data.errors import DamagedRecordingError, RecordingError, StorageError
from core.data.vetted.limits import limit_this_process


def main() -> int:
    """Answer requests until the input ends."""
    limit_this_process()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line)), allow_nan=False) + "\n")
        sys.stdout.flush()
    return 0


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What is to be said of the file or folder of a request."""
    return _ANSWERS[request["kind"]](Path(request["path"]))


def _row(path: Path) -> dict[str, Any]:
    """The row of a recording as :func:`row_to_json` makes it."""
    from core.data.rows import broken_by, row_of, row_to_json
    from core.data.vetted.reader import read_episode

    try:
        return row_to_json(row_of(path, read_episode(path, images=False)))
    except (RecordingError, OSError, MemoryError) as error:
        return row_to_json(broken_by(path, error))


def _episode(path: Path) -> dict[str, Any]:
    from core.data.vetted.mending import read_mended

    try:
        _, flaws = read_mended(path)
    except (RecordingError, OSError, MemoryError) as error:
        return _unreadable(path, error)
    return {"problem": None, "damaged": False, "flaws": flaws}


def _checkpoint(folder: Path) -> dict[str, Any]:
    from core.data.vetted.safetensors_file import read_header

    try:
        for path in sorted(folder.glob("*.safetensors")):
            read_header(path)
        # Only here: who looks at recordings must not wait for torch.
        from core.learning import LearningError, load_checkpoint
    except (RecordingError, OSError, MemoryError) as error:
        return _unreadable(folder, error)
    try:
        load_checkpoint(folder)
    except (LearningError, OSError, MemoryError) as error:
        return _unreadable(folder, error)
    return {"problem": None, "damaged": False, "flaws": []}


def _unreadable(path: Path, error: BaseException) -> dict[str, Any]:
    problem = str(error)
    if isinstance(error, OSError | MemoryError):
        problem = f"{path} cannot be read here ({error!r}); close other programs and try again"
    damaged = isinstance(error, DamagedRecordingError) and not isinstance(error, StorageError)
    return {"problem": problem, "damaged": damaged, "flaws": []}


_ANSWERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "row": _row,
    "episode": _episode,
    "checkpoint": _checkpoint,
}

if __name__ == "__main__":
    sys.exit(main())
