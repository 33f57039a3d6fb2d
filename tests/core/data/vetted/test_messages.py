"""What the reading process hands over arrives as it was, or not at all."""

import io
import json

import numpy as np
import pytest

from core.data import InvalidEpisodeError
from core.data.vetted.hdf5_file import MAX_BYTES
from core.data.vetted.messages import read_message, write_message


def test_numbers_of_every_kind_arrive_as_they_were():
    sent = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1],
        "b": np.array([True, False]),
        "c": np.zeros((0, 4), np.uint8),
        "d": np.arange(3, dtype=">i2"),
    }
    stream = io.BytesIO()
    write_message(stream, {"name": "x"}, sent)
    write_message(stream, {"end": True}, {"e": np.ones(2, np.longdouble)})
    stream.seek(0)
    head, arrays = read_message(stream)
    assert head == {"name": "x"}
    for name, values in sent.items():
        assert arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(arrays[name], values)
    _, arrays = read_message(stream)
    assert arrays["e"].dtype == np.float64
    with pytest.raises(EOFError):
        read_message(stream)


@pytest.mark.parametrize(
    "arrays",
    [
        None,
        [["a", "<f8", [1 << 40, 1 << 40]]],
        [["a", "<f8", [MAX_BYTES // 8]], ["b", "|u1", [1]]],
        [["a", "<f8", [-1]]],
        [["a", "<f8", [True]]],
        [["a", "<f8", [1, 1, 1, 1, 1]]],
        [["a", "|O8", [1]]],
        [["a", "<f8"]],
        ["a"],
    ],
)
def test_what_declares_nonsense_is_not_taken_in(arrays, monkeypatch):
    monkeypatch.setattr(np, "empty", lambda *_: np.zeros(0))  # a gigabyte for nothing
    line = json.dumps({"arrays": arrays}).encode() + b"\n"
    with pytest.raises((ValueError, EOFError)):
        read_message(io.BytesIO(line))


@pytest.mark.parametrize("line", [b"[]\n", b"{\n", b"[" * 100_000 + b"\n", b"\xff\n"])
def test_a_line_that_is_no_message_is_an_error(line):
    with pytest.raises(ValueError):
        read_message(io.BytesIO(line))


@pytest.mark.parametrize("given", [b"", b"{}", b'{"arrays": [["a", "<f8", [2]]]}\n12345678'])
def test_an_end_in_the_middle_is_an_end(given):
    with pytest.raises(EOFError):
        read_message(io.BytesIO(given))


def test_an_episode_larger_than_a_recording_is_not_sent():
    stream = io.BytesIO()
    large = np.broadcast_to(np.uint8(0), (MAX_BYTES + 1,))
    with pytest.raises(InvalidEpisodeError, match="--no-images"):
        write_message(stream, {}, {"images/a": large})
    assert stream.getvalue() == b""
