import hashlib
import json
import struct
import subprocess
import sys

import pytest

from core.data import write_episode
from core.data.vetted import inspection as inspection_module
from core.data.vetted.inspection import Inspector
from core.data.vetted.limits import limit_this_process, reader_environment
from core.learning import (
    Configuration,
    Dataset,
    EncoderConfiguration,
    Trainer,
    save_checkpoint,
)


@pytest.fixture
def path(tmp_path, make_episode):
    return write_episode(tmp_path, make_episode(identifier="one"))


def test_one_child_reads_many_files_and_the_next_file_gets_another(path):
    with Inspector() as inspector:
        assert inspector.inspect(path).problem is None
        child = inspector._child.process
        assert inspector.inspect(path).problem is None
        assert inspector._child.process is child
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
        ("input(); import sys; sys.stdout.buffer.write(b'\\xff\\n')", "answer nonsense"),
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


def entry(shape, begin, end, kind="F32"):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def test_tensors_whose_header_contradicts_their_file_are_named(tmp_path, make_episode):
    """Also in what only a resumed training reads, and with the hash that the description wants."""
    configuration = Configuration(encoder=EncoderConfiguration(latent=16, hidden=(16,)))
    dataset = Dataset.from_episodes([make_episode(seed=n) for n in range(2)])
    folder = save_checkpoint(tmp_path / "good", Trainer(dataset, configuration, "cpu"))
    described = json.loads((folder / "checkpoint.json").read_text())
    headers = [
        (b"{", b""),
        (b"[" * 100_000, b""),
        ([], b""),
        ({"a": entry([2], 0, 8)}, b"1234"),
        ({"a": entry([2], 0, 8)}, b"123456789"),
        ({"a": entry([10**9, 10**9], 0, 8)}, b"12345678"),
        ({"a": entry([-1, -2], 0, 8)}, b"12345678"),
        ({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, b"123456789012"),
        ({"a": entry([2], 4, 12)}, b"123456789012"),
        ({"a": entry([2], 0, 8, "OBJ")}, b"12345678"),
        ({"a": {"dtype": "F32"}}, b""),
        (b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, Infinity]}}', b"1234"),
    ]
    contents = [b"1", struct.pack("<Q", 2**63) + b"{}"]
    for header, data in headers:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        contents.append(struct.pack("<Q", len(text)) + text + data)
    with Inspector() as inspector:
        assert inspector.examine(folder).problem is None
        for name in ("weights.safetensors", "training.safetensors"):
            whole = (folder / name).read_bytes()
            for content in contents:
                (folder / name).write_bytes(content)
                files = described["files"] | {name: hashlib.sha256(content).hexdigest()}
                (folder / "checkpoint.json").write_text(json.dumps(described | {"files": files}))
                problem = inspector.examine(folder).problem
                assert problem is not None and name in problem, content[:80]
            (folder / name).write_bytes(whole)


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
