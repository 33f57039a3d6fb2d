import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.data import InvalidEpisodeError, StorageError, read_episode, write_episode
from core.data.writer import leftovers

HERE = Path(__file__).parent
WRITER = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from conftest import build_episode
from core.data import write_episode
episode = build_episode(steps=120)
print("ready", flush=True)
from dataclasses import replace
for number in range(100_000):
    info = replace(episode.info, identifier=f"{{sys.argv[2]}}-{{number:06d}}")
    path = write_episode(sys.argv[1], replace(episode, info=info))
    print(path, flush=True)
"""


def run(code: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_killed_at_random_points_no_committed_episode_is_lost(tmp_path):
    dice = random.Random(20)
    committed: list[str] = []
    for kill in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), f"kill{kill:02d}"],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(dice.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
            committed += process.stdout.read().splitlines(keepends=True)
    # A line without its end was cut by the kill itself: that commit was never announced whole.
    announced = [Path(line.strip()) for line in committed if line.endswith("\n")]
    assert len(announced) > 8
    for path in announced:
        assert len(read_episode(path)) == 120
    for path in tmp_path.glob("*.hdf5"):  # also what was committed but not yet announced
        read_episode(path)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path):
    # A limit on file size makes the same write() fail half way as a full disk does.
    code = f"""
import resource, sys
sys.path.insert(0, {str(HERE)!r})
from conftest import build_episode
from core.data import StorageError, write_episode
episode = build_episode(steps=200)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    write_episode(sys.argv[1], episode)
except StorageError as error:
    print(error)
"""
    result = run(code, tmp_path / "episodes")
    assert result.returncode == 0, result.stderr
    assert "the disk is full" in result.stdout
    assert "free some space" in result.stdout
    assert list((tmp_path / "episodes").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_no_space_left_is_told_from_other_refusals(tmp_path, make_episode, monkeypatch):
    original = Path.open

    def full(path: Path, *arguments, **options):
        target = Path("/dev/full") if path.name.startswith(".writing-") else path
        return original(target, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)  # the only way to a real ENOSPC without being root
    with pytest.raises(StorageError, match="No space left on device"):
        write_episode(tmp_path, make_episode())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs Unix permissions")
def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, make_episode):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="part of this path is a file"):
        write_episode(tmp_path / "file" / "episodes", make_episode())
    with pytest.raises(StorageError, match="choose"):
        write_episode("/proc/episodes", make_episode())


def test_a_name_is_never_overwritten_unless_asked(tmp_path, make_episode):
    first, second = make_episode(identifier="same"), make_episode(identifier="same", seed=8)
    path = write_episode(tmp_path, first)
    with pytest.raises(StorageError, match="exists already"):
        write_episode(tmp_path, second)
    np.testing.assert_array_equal(read_episode(path).actions, first.actions)
    write_episode(tmp_path, second, replace=True)
    np.testing.assert_array_equal(read_episode(path).actions, second.actions)
    assert [item.name for item in tmp_path.iterdir()] == ["same.hdf5"]


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "x" * 200])
def test_identifiers_cannot_leave_the_folder(tmp_path, make_episode, name):
    with pytest.raises(InvalidEpisodeError, match="cannot name a file"):
        write_episode(tmp_path, make_episode(identifier=name))


def test_leftovers_of_killed_writers_are_found_once_they_are_old(tmp_path):
    old, young = tmp_path / ".writing-1-a.tmp", tmp_path / ".writing-2-b.tmp"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (1, 1))
    assert leftovers(tmp_path) == [old]
