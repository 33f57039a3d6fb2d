"""Files that are broken, strange or traps."""

import json
import os
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.data import (
    DamagedRecordingError,
    ForeignRecordingError,
    RecordingError,
    StorageError,
    UnsafeRecordingError,
    read_episode,
    read_info,
    write_episode,
)

SECRET = 4711.0


@pytest.fixture
def recording(tmp_path, make_episode) -> Path:
    return write_episode(tmp_path / "episodes", make_episode(identifier="one"))


@pytest.fixture
def secret(tmp_path) -> Path:
    """A file of somebody else that a trap would like us to read."""
    path = tmp_path / "secret.hdf5"
    with h5py.File(path, "w") as file:
        file["actions"] = np.full((30, 7), SECRET, np.float32)
        file.create_group("demo_0")["actions"] = np.full((30, 7), SECRET, np.float32)
    (tmp_path / "secret.raw").write_bytes(np.full((30, 7), SECRET, np.float32).tobytes())
    return path


def test_what_was_written_is_read(recording, make_episode):
    written, read = make_episode(identifier="one"), read_episode(recording)
    for name in ("actions", "rewards", "dones", "states", "interventions"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
        assert getattr(read, name).dtype == getattr(written, name).dtype
    for name, values in written.observations.items():
        np.testing.assert_array_equal(read.observations[name], values)
    assert read.info == read_info(recording)
    assert read.info.fields == written.info.fields


@pytest.mark.parametrize("share", [0.0, 0.0005, 0.01, 0.3, 0.7, 0.99, 0.9999])
def test_truncated_anywhere_is_a_typed_error(recording, share):
    whole = recording.read_bytes()
    recording.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RecordingError) as caught:
        read_episode(recording)
    assert isinstance(caught.value, DamagedRecordingError | ForeignRecordingError)
    assert str(recording) in str(caught.value)
    assert caught.value.path == recording


def test_a_short_copy_is_called_that(recording):
    recording.write_bytes(recording.read_bytes()[:-100])
    with pytest.raises(DamagedRecordingError, match="cut short"):
        read_info(recording)


def test_flipped_bytes_never_escape_as_another_error(recording):
    whole = recording.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(whole)
        for place in generator.integers(0, len(whole), size=4):
            changed[place] ^= int(generator.integers(1, 256))
        recording.write_bytes(changed)
        try:
            read_episode(recording)
        except RecordingError as error:
            assert str(error)  # any other exception fails the test


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", DamagedRecordingError, "is empty"),
        (b"hello", ForeignRecordingError, "not an HDF5 file"),
        (b"PK\x03\x04" + bytes(1000), ForeignRecordingError, "not an HDF5 file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(1000), DamagedRecordingError, "damaged"),
    ],
)
def test_foreign_files_are_named(tmp_path, content, kind, message):
    path = tmp_path / "foreign.hdf5"
    path.write_bytes(content)
    with pytest.raises(kind, match=message):
        read_info(path)


def test_hdf5_of_another_program_and_of_a_later_version(tmp_path, recording):
    foreign = tmp_path / "foreign.hdf5"
    with h5py.File(foreign, "w") as file:
        file["data/demo_0/actions"] = np.zeros((3, 7))
    with pytest.raises(ForeignRecordingError, match="another program"):
        read_info(foreign)
    with h5py.File(recording, "r+") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(ForeignRecordingError, match="version 99"):
        read_info(recording)


def test_missing_file_folder_and_pipe(tmp_path):
    with pytest.raises(StorageError, match="does not exist"):
        read_info(tmp_path / "none.hdf5")
    with pytest.raises(ForeignRecordingError, match="is not a file"):
        read_info(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.hdf5")
        with pytest.raises(ForeignRecordingError, match="is not a file"):
            read_info(tmp_path / "pipe.hdf5")


def replace_actions(build: Callable[[h5py.Group], None]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            del file["data/demo_0/actions"]
            build(file["data/demo_0"])

    return change


def external_link(secret: Path) -> Callable[[h5py.Group], None]:
    def build(group: h5py.Group) -> None:
        group["actions"] = h5py.ExternalLink(str(secret), "/actions")

    return build


def soft_link(secret: Path) -> Callable[[h5py.Group], None]:
    del secret

    def build(group: h5py.Group) -> None:
        group["actions"] = h5py.SoftLink("/data/demo_0/states")

    return build


def external_storage(secret: Path) -> Callable[[h5py.Group], None]:
    def build(group: h5py.Group) -> None:
        raw = str(secret.with_suffix(".raw"))
        group.create_dataset("actions", (30, 7), "f4", external=[(raw, 0, 30 * 7 * 4)])

    return build


def virtual_dataset(secret: Path) -> Callable[[h5py.Group], None]:
    def build(group: h5py.Group) -> None:
        layout = h5py.VirtualLayout((30, 7), "f4")
        layout[:] = h5py.VirtualSource(str(secret), "actions", (30, 7))
        group.create_virtual_dataset("actions", layout)

    return build


@pytest.mark.parametrize("trap", [external_link, soft_link, external_storage, virtual_dataset])
def test_nothing_outside_the_file_is_followed(recording, secret, trap):
    replace_actions(trap(secret))(recording)
    with pytest.raises(UnsafeRecordingError):
        read_episode(recording)


def test_a_link_in_the_middle_of_the_path_is_seen(recording, secret):
    with h5py.File(recording, "r+") as file:
        del file["data/demo_0"]
        file["data"]["demo_0"] = h5py.ExternalLink(str(secret), "/demo_0")
    with pytest.raises(UnsafeRecordingError, match="'demo_0'"):
        read_info(recording)


@pytest.mark.parametrize(
    "create",
    [
        # 800 TB declared, nothing stored
        {"shape": (10**9, 10**5), "dtype": "f8", "chunks": (1000, 1000)},
        # small in total, but one chunk is 2 GB
        {"shape": (30, 7), "dtype": "f4", "chunks": (2**26, 8), "maxshape": (None, None)},
    ],
)
def test_declared_sizes_are_capped_before_reading(recording, create):
    replace_actions(lambda group: group.create_dataset("actions", **create))(recording)
    with pytest.raises(UnsafeRecordingError, match="it was not read"):
        read_episode(recording)


def test_a_packed_bomb_is_refused(recording):
    with h5py.File(recording, "r+") as file:
        group = file["data/demo_0"]
        del group["states"]
        group.create_dataset(
            "states", data=np.zeros((10**5, 200)), chunks=(10**5, 200), compression=9
        )
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((10**5, 200))
        properties.set_deflate(9)
        properties.set_deflate(9)
        space = h5py.h5s.create_simple((10**5, 200))
        del group["states"]
        dataset = h5py.h5d.create(group.id, b"states", h5py.h5t.IEEE_F64LE, space, properties)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros((10**5, 200)))
    assert recording.stat().st_size < 400_000
    with pytest.raises(UnsafeRecordingError):
        read_episode(recording)


def test_other_kinds_of_data_are_refused(recording):
    replace_actions(lambda group: group.create_dataset("actions", data=["text"] * 30))(recording)
    with pytest.raises(DamagedRecordingError, match="expected numbers"):
        read_episode(recording)


def test_a_dataset_that_is_a_group_or_missing(recording):
    replace_actions(lambda group: group.create_group("actions"))(recording)
    with pytest.raises(DamagedRecordingError, match="another kind"):
        read_episode(recording)
    replace_actions(lambda _: None)(recording)
    with pytest.raises(DamagedRecordingError, match="'actions' is missing"):
        read_episode(recording)


@pytest.mark.parametrize("text", ["{", "[1]", "NaN", json.dumps({"task": "push"})])
def test_broken_descriptions(recording, text):
    with h5py.File(recording, "r+") as file:
        file["data/demo_0"].attrs["episode_info"] = text
    with pytest.raises(DamagedRecordingError):
        read_info(recording)


def test_not_a_number_inside_is_damage(recording):
    with h5py.File(recording, "r+") as file:
        file["data/demo_0/states"][3, 3] = np.nan
    with pytest.raises(DamagedRecordingError, match="states is not finite at step 3"):
        read_episode(recording)


def test_a_piece_that_unpacks_to_more_than_it_declares_is_not_unpacked(recording):
    packer = zlib.compressobj(1)  # 160 MB in 700 kB, for an array of 480 kB
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(160)) + packer.flush()
    with h5py.File(recording, "r+") as file:
        group = file["data/demo_0"]
        del group["states"]
        made = group.create_dataset(
            "states", (30, 2000), np.float64, chunks=(30, 2000), compression="gzip"
        )
        made.id.write_direct_chunk((0, 0), packed)
    tracemalloc.start()
    with pytest.raises(UnsafeRecordingError, match="packs more into 'states' than it declares"):
        read_episode(recording)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_links_out_of_the_folder_are_not_followed(recording, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.hdf5"
    link.symlink_to(recording)
    with pytest.raises(UnsafeRecordingError, match="link to a file in another folder"):
        read_info(link)
    inside = recording.with_name("inside.hdf5")
    inside.symlink_to(recording.name)
    assert read_info(inside).identifier == "one"
    circle = recording.with_name("circle.hdf5")
    circle.symlink_to(circle.name)
    with pytest.raises(RecordingError):
        read_info(circle)


def test_a_huge_file_is_not_opened(recording):
    with recording.open("r+b") as file:
        file.truncate(1 << 40)  # holes: takes no space on the disk
    with pytest.raises(UnsafeRecordingError, match="recordings of at most"):
        read_info(recording)
