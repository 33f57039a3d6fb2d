"""The torture in short; `make torture` runs all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def run(script: str, count: int) -> str:
    result = subprocess.run(
        [sys.executable, HERE / script, "--count", str(count)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_killed_at_random_moments_nothing_that_was_committed_is_lost():
    assert "0 losses in all" in run("kills.py", 16)


def test_a_full_disk_is_always_a_message():
    assert "24 points where the disk was full" in run("full_disk.py", 24)


def test_damaged_and_hostile_files_do_no_harm():
    assert "300 files, 0 faults" in run("mutations.py", 300)


def test_the_decoys_notice_who_follows_a_link(tmp_path, monkeypatch):
    """A program that trusts its files is caught by the same traps."""
    monkeypatch.syspath_prepend(str(HERE))
    h5py = pytest.importorskip("h5py")
    import mutations
    from traps import external_link, external_storage, trap, virtual
    from workloads import build

    from core.data.layout import encode

    decoys = mutations.Decoys(tmp_path / "outside")
    good = encode(build("one", 1, steps=20, states=6))
    for make in (external_link, external_storage, virtual):
        (tmp_path / "trap.hdf5").write_bytes(trap(tmp_path, good, make, decoys.folder))
        decoys.opened()
        with h5py.File(tmp_path / "trap.hdf5") as file:
            assert file["data/demo_0/actions"][0, 0] == mutations.SECRET
        assert decoys.opened()
