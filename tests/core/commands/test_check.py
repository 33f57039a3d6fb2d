import shutil

from core.recording import Workspace


def test_good_recordings(run, demonstrations):
    result = run("check", demonstrations)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "4 recordings read, all good\n"


def test_every_problem_is_a_line(run, demonstrations, tmp_path):
    shutil.copytree(demonstrations, tmp_path / "copy")
    paths = Workspace(tmp_path / "copy").library.paths()
    paths[0].write_bytes(paths[0].read_bytes()[:-80])
    paths[1].write_bytes(b"something else")
    result = run("check", tmp_path / "copy")
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert str(paths[0]) in lines[0]
    assert "cut short" in lines[0]
    assert "not an HDF5 file" in lines[1]
    assert result.stderr == "4 recordings read, 2 problems\n"
