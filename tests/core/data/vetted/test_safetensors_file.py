import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.data import DamagedRecordingError, StorageError, UnsafeRecordingError
from core.data.vetted.safetensors_file import read_header


def write(path: Path, header: object, data: bytes = b"", size: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if size is None else size) + text + data)
    return path


def entry(shape: list[int], begin: int, end: int, kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def test_what_the_library_writes_is_read(tmp_path):
    arrays = {
        "weight": np.zeros((3, 4), np.float32),
        "flag": np.ones(5, np.bool_),
        "none": np.zeros((0, 7), np.int64),
        "one": np.array(2.0),
    }
    save_file(arrays, tmp_path / "file", metadata={"by": "somebody"})
    header = read_header(tmp_path / "file")
    assert {name: tensor.shape for name, tensor in header.items()} == {
        name: array.shape for name, array in arrays.items()
    }


@pytest.mark.parametrize(
    ("header", "data"),
    [
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
        ({"a": entry([1] * 17, 0, 4)}, b"1234"),
    ],
)
def test_contradictions_are_named(tmp_path, header, data):
    with pytest.raises(DamagedRecordingError, match="is damaged"):
        read_header(write(tmp_path / "file", header, data))


def test_a_header_of_exabytes_takes_no_memory(tmp_path):
    with pytest.raises(DamagedRecordingError, match="its header claims"):
        read_header(write(tmp_path / "file", {}, size=2**63))
    (tmp_path / "short").write_bytes(b"1")
    with pytest.raises(DamagedRecordingError):
        read_header(tmp_path / "short")


def test_links_and_missing_files(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(UnsafeRecordingError, match="not followed"):
        read_header(tmp_path / "link")
    with pytest.raises(StorageError):
        read_header(tmp_path / "none")


def test_infinite_offsets_are_named(tmp_path):
    header = b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, Infinity]}}'
    with pytest.raises(DamagedRecordingError, match="makes no sense"):
        read_header(write(tmp_path / "file", header, b"1234"))
