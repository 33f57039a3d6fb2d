import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.data import find_episodes, read_episode


def announced(stdout: str) -> list[Path]:
    lines = stdout.splitlines()
    assert all(line.startswith("saved /") for line in lines), stdout
    return [Path(line.removeprefix("saved ")) for line in lines]


def test_each_episode_is_announced_and_there(start, tmp_path):
    process = start(
        *("demonstrate", "--task", "push", "--episodes", 3, "--seed", 5, "--out", tmp_path)
    )
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    paths = announced(stdout)
    assert paths == find_episodes(tmp_path, "push")
    assert len(paths) == 3
    for path in paths:
        assert path.parent == tmp_path / "episodes"
        info = read_episode(path).info
        assert (info.operator, info.success, info.control_rate) == ("script", True, 20.0)
        assert info.seed is not None
        assert info.seed >= 5
        assert path.stem == f"push-{info.seed:07d}"


def test_the_same_seed_gives_the_same_episodes(run, demonstrations, tmp_path):
    result = run("demonstrate", "--task", "reach", "--episodes", 2, "--out", tmp_path)
    for path in announced(result.stdout):
        first, second = read_episode(demonstrations / "episodes" / path.name), read_episode(path)
        np.testing.assert_array_equal(first.actions, second.actions)
        np.testing.assert_array_equal(first.states, second.states)


def test_running_again_replaces(run, tmp_path):
    arguments = ("demonstrate", "--task", "reach", "--episodes", 1, "--out", tmp_path)
    first = announced(run(*arguments).stdout)
    created = read_episode(first[0]).info.created
    assert announced(run(*arguments).stdout) == first
    assert read_episode(first[0]).info.created > created


def test_ctrl_c_keeps_what_was_committed(start, tmp_path):
    process = start("demonstrate", "--task", "reach", "--episodes", 5000, "--out", tmp_path)
    first = process.stdout.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert "everything that was saved is kept" in stderr
    assert "Traceback" not in stderr
    paths = announced(first + stdout)
    for path in paths:
        read_episode(path)
    names = {path.name for path in (tmp_path / "episodes").iterdir()}
    assert {path.name for path in paths} <= names
    assert all(name.endswith(".hdf5") for name in names)  # no half file


def test_a_pipe_gets_the_announcements_while_the_terminal_shows_the_bar(tmp_path):
    arguments = ("demonstrate", "--task", "reach", "--episodes", "2")
    pty = pytest.importorskip("pty", reason="needs a Unix terminal")
    terminal, end = pty.openpty()
    try:
        result = subprocess.run(
            [sys.executable, "-m", "core", *arguments, "--out", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=end,
            text=True,
            timeout=60,
            check=False,
        )
        shown = os.read(terminal, 100_000).decode(errors="replace")
    finally:
        os.close(end)
        os.close(terminal)
    assert result.returncode == 0
    assert len(announced(result.stdout)) == 2
    assert "demonstrating reach" in shown
    assert "saved" not in shown
