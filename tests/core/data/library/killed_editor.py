"""Kills an edit before its first, second, … call that changes the disk, and looks what is left.

    python killed_editor.py EPISODES CALL

`CALL` is Python with the name `editor`. Prints the number of kills, of those after which the
old state was found, and of those after which the new one was. Each is a real SIGKILL of a fork.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data import Library, open_index

CHANGING = (
    (os, "link"),
    (os, "replace"),
    (os, "fsync"),
    (Path, "unlink"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "mkdir"),
    (Path, "write_bytes"),
    (Path, "write_text"),
)


def edit(folder: Path, call: str, kill_at: int) -> None:
    left = kill_at

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def replacement(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return replacement

    editor = Library(folder).editor
    for owner, name in CHANGING:
        setattr(owner, name, counted(getattr(owner, name)))
    eval(call, {"editor": editor})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Library(folder).paths()}


def main(folder: Path, call: str) -> int:
    old = contents(folder)
    back = "redo" if "undo" in call else "undo"
    open_index(folder)  # so that no fork has to start a process that reads first
    eval(call, {"editor": Library(folder).editor})
    new = contents(folder)
    assert new != old
    getattr(Library(folder).editor, back)()
    assert contents(folder) == old
    found = {"old": 0, "new": 0}
    for count in range(1, 500):
        child = os.fork()
        if child == 0:
            edit(folder, call, count)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        editor = Library(folder).editor  # brings to its end what was cut off
        after = contents(folder)
        assert after in (old, new), f"neither state after call {count}"
        assert not list((folder.parent / "trash").glob(".preparing-*"))
        if code == 0:
            assert after == new
            sys.stdout.write(f"{count - 1} {found['old']} {found['new']}\n")
            return 0
        assert code == -signal.SIGKILL, code
        found["new" if after == new else "old"] += 1
        if after == new:
            getattr(editor, back)()
            assert contents(folder) == old
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
