"""The process in which foreign files are opened first: `python -m core.recording.inspector`.

Each line of its input is a request as JSON, each line of its output the answer. Whatever a file
does to the libraries that read it, it does here.
"""

import json
import sys
from pathlib import Path
from typing import Any

from core.recording.errors import RecordingError, StorageError
from core.recording.limits import limit_this_process


def main() -> int:
    """Answer requests until the input ends."""
    limit_this_process()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line)), allow_nan=False) + "\n")
        sys.stdout.flush()
    return 0


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What is to be said of the file of a request; a row as :func:`row_to_json` makes it."""
    from core.recording.reader import read_episode
    from core.recording.rows import broken, row_of, row_to_json

    path = Path(request["path"])
    try:
        row = row_of(path, read_episode(path, images=bool(request["images"])))
    except RecordingError as error:
        row = broken(path, str(error), passing=isinstance(error, StorageError))
    except (OSError, MemoryError) as error:
        problem = f"{path} cannot be read here ({error!r}); close other programs and try again"
        row = broken(path, problem, passing=True)
    return row_to_json(row)


if __name__ == "__main__":
    sys.exit(main())
