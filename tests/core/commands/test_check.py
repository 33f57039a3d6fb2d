import shutil

import pytest

from core.data import Workspace


def test_good_recordings(run, demonstrations):
    result = run("check", demonstrations)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "4 recordings read, all good\n"


@pytest.fixture
def broken(demonstrations, tmp_path) -> Workspace:
    shutil.copytree(demonstrations, tmp_path / "copy")
    workspace = Workspace(tmp_path / "copy")
    paths = workspace.library.paths()
    paths[0].write_bytes(paths[0].read_bytes()[:-80])
    paths[1].write_bytes(b"something else")
    return workspace


def test_every_problem_is_a_line(run, broken):
    paths = broken.library.paths()
    result = run("check", broken.root)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert str(paths[0]) in lines[0]
    assert "cut short" in lines[0]
    assert "[--repair would move it to" in lines[0]
    assert "not an HDF5 file" in lines[1]
    assert result.stderr == "4 recordings read, 2 problems\n"


def test_repair_mends_and_says_what_is_left(run, broken):
    first, second = broken.library.paths()[:2]
    result = run("check", broken.root, "--repair")
    assert result.returncode == 1  # another program's file is not ours to move
    assert "[repaired: move it to" in result.stdout.splitlines()[0]
    assert result.stderr == "4 recordings read, 2 problems, 1 repaired\n"
    assert not first.exists()
    second.unlink()
    result = run("check", broken.root)
    assert (result.returncode, result.stderr) == (0, "2 recordings read, all good\n")


def test_all_repaired_is_success(run, broken):
    broken.library.paths()[1].unlink()
    assert run("check", broken.root, "--repair").returncode == 0


def test_no_folder_is_one_sentence(run, tmp_path):
    result = run("check", tmp_path / "typo")
    assert result.returncode == 1
    assert "does not exist" in result.stderr
