"""The process in which foreign files are opened first: `python -m core.data.vetted.inspector`.

Each line of its input is a request as JSON, and it answers each with a message. Whatever a file
does to the libraries that read it, it does here.
"""

import json
import sys
from pathlib import Path
from typing import Any

from core.data.errors import DamagedRecordingError, RecordingError
from core.data.vetted.limits import limit_this_process
from core.data.vetted.messages import write_message


def main() -> int:
    """Answer requests until the input ends."""
    limit_this_process()
    kinds = {"row": _row, "episode": _episode, "checkpoint": _checkpoint}
    for line in sys.stdin:
        request = json.loads(line)
        write_message(sys.stdout.buffer, kinds[request["kind"]](Path(request["path"])), {})
    return 0


def _row(path: Path) -> dict[str, Any]:
    """The row of a recording as :func:`row_to_json` makes it."""
    from core.data.rows import row_to_json
    from core.data.vetted.reader import read_row

    return row_to_json(read_row(path))


def _episode(path: Path) -> dict[str, Any]:
    from core.data.vetted.mending import read_mended

    try:
        return {"problem": None, "damaged": False, "flaws": read_mended(path)[1]}
    except (RecordingError, OSError, MemoryError) as error:
        return _unreadable(path, error)


def _checkpoint(folder: Path) -> dict[str, Any]:
    # Only here: a list of recordings must not wait for torch.
    from safetensors import SafetensorError, safe_open

    from core.learning import LearningError, load_checkpoint

    try:
        load_checkpoint(folder)
        for path in sorted(folder.glob("*.safetensors")):  # also those that only training reads
            with safe_open(path, framework="numpy"):
                pass
    except SafetensorError as error:
        return _unreadable(folder, error) | {"problem": f"{path} is damaged ({error}); use a copy"}
    except (LearningError, OSError, MemoryError) as error:
        return _unreadable(folder, error)
    return {"problem": None, "damaged": False, "flaws": []}


def _unreadable(path: Path, error: BaseException) -> dict[str, Any]:
    problem = str(error)
    if isinstance(error, OSError | MemoryError):
        problem = f"{path} cannot be read here ({error!r}); close other programs and try again"
    return {
        "problem": problem,
        "damaged": isinstance(error, DamagedRecordingError),
        "flaws": [],
    }


if __name__ == "__main__":
    sys.exit(main())
