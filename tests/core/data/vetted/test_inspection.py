import subprocess
import sys

import pytest

from core.data import write_episode
from core.data.vetted import inspection as inspection_module
from core.data.vetted.inspection import Inspector
from core.data.vetted.limits import limit_this_process, reader_environment


@pytest.fixture
def path(tmp_path, make_episode):
    return write_episode(tmp_path, make_episode(identifier="one"))


def test_one_child_reads_many_files_and_the_next_file_gets_another(path):
    with Inspector() as inspector:
        assert inspector.inspect(path).problem is None
        child = inspector._child._process
        assert inspector.inspect(path).problem is None
        assert inspector._child._process is child
        child.kill()
        child.wait()
        assert "crashed its reader (signal 9)" in inspector.inspect(path).problem
        assert inspector.inspect(path).problem is None
    assert child.returncode is not None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os; os.abort()", "crashed its reader (signal 6)"),
        ("raise SystemExit(7)", "crashed its reader (exit code 7)"),
        ("print('hello', flush=True); input(); input()", "answer nonsense"),
        ("input(); print('{}', flush=True); input()", "answer nonsense"),
        ("input(); print('[' * 100000, flush=True); input()", "answer nonsense"),
        ("input(); import sys; sys.stdout.buffer.write(b'\\xff\\n')", "crashed its reader"),
        ("input(); print('x' * 3000000, flush=True); input()", "silent"),
        ("import time; time.sleep(60)", "busy for too long"),
    ],
)
def test_whatever_happens_to_the_child_is_a_sentence(path, monkeypatch, code, problem):
    monkeypatch.setattr(inspection_module, "COMMAND", ("-c", code))
    monkeypatch.setattr(inspection_module, "_START", 2.0 if "sleep" in code else 30.0)
    with Inspector(patience=0.5 if "sleep" in code else 30.0) as inspector:
        row = inspector.inspect(path)
    assert row.damaged
    assert problem in row.problem
    assert str(path) in row.problem


def test_the_limits_hold(tmp_path):
    code = f"""
import sys
from core.data.vetted.limits import limit_this_process
limit_this_process()
try:
    bytearray(16 << 30)
    raise SystemExit("memory")
except MemoryError:
    pass
try:
    with open({str(tmp_path / "file")!r}, "w") as file:
        file.write("x" * 100)
    raise SystemExit("writing")
except OSError:
    pass
files = []
try:
    for _ in range(100):
        files.append(open(sys.argv[0] or "/dev/null"))
    raise SystemExit("files")
except OSError:
    pass
"""
    result = subprocess.run(
        [sys.executable, "-c", code, "/dev/null"],
        env=dict(reader_environment()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert callable(limit_this_process)


def test_the_environment_lets_no_plugins_in(monkeypatch):
    monkeypatch.setenv("HDF5_PLUGIN_PATH", "/tmp/evil")
    monkeypatch.setenv("PYTHONSTARTUP", "/tmp/evil.py")
    environment = reader_environment()
    assert environment["HDF5_PLUGIN_PRELOAD"] == "::"
    assert not {"HDF5_PLUGIN_PATH", "PYTHONSTARTUP"} & set(environment)
