"""Recordings that are made to do harm: each begins as a good one."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np


def trap(folder: Path, good: bytes, make: Callable[[h5py.Group, Path], None], out: Path) -> bytes:
    """The good recording with a trap built into it."""
    path = folder / "trap.tmp"
    path.write_bytes(good)
    with h5py.File(path, "r+") as file:
        make(file["data/demo_0"], out)
    image = path.read_bytes()
    path.unlink()
    return image


def external_link(group: h5py.Group, out: Path) -> None:
    del group["actions"]
    group["actions"] = h5py.ExternalLink(str(out / "secret.hdf5"), "actions")


def relative_link(group: h5py.Group, _: Path) -> None:
    del group["obs"]
    group["obs"] = h5py.ExternalLink("../outside/secret.hdf5", "data/demo_0")


def link_of_all(group: h5py.Group, out: Path) -> None:
    file = group.file
    del file["data"]
    file["data"] = h5py.ExternalLink(str(out / "secret.hdf5"), "data")


def soft_link(group: h5py.Group, out: Path) -> None:
    group["out"] = h5py.ExternalLink(str(out / "secret.hdf5"), "actions")
    del group["actions"]
    group["actions"] = h5py.SoftLink("/data/demo_0/out")


def external_storage(group: h5py.Group, out: Path) -> None:
    del group["actions"]
    place = [(str(out / "secret.raw"), 0, 20 * 7 * 4)]
    group.create_dataset("actions", (20, 7), np.float32, external=place)


def virtual(group: h5py.Group, out: Path) -> None:
    del group["actions"]
    layout = h5py.VirtualLayout((20, 7), np.float32)
    layout[:] = h5py.VirtualSource(str(out / "secret.hdf5"), "actions", (20, 7))
    group.create_virtual_dataset("actions", layout)


def terabytes(group: h5py.Group, _: Path) -> None:
    del group["states"]
    group.create_dataset("states", (20, 1 << 42), np.float64, chunks=(1, 1 << 20))


def bomb(group: h5py.Group, _: Path) -> None:
    """Little that unpacks to much: far more than the array declares."""
    del group["states"]
    packed = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    packed.set_chunk((20, 6))
    packed.set_deflate(9)
    space = h5py.h5s.create_simple((20, 6))
    made = h5py.h5d.create(group.id, b"states", h5py.h5t.IEEE_F64LE, space, packed)
    made.write_direct_chunk((0, 0), zlib.compress(bytes(64 << 20), 9)[:4000])


def million_pieces(group: h5py.Group, _: Path) -> None:
    del group["states"]
    group.create_dataset("states", (20, 1 << 22), np.float64, chunks=(1, 1), compression="gzip")


def names(group: h5py.Group, _: Path) -> None:
    text = json.loads(group.attrs["episode_info"])
    text["fields"] = ["../" * 20 + "etc/passwd", "/", ".", "a" * 5000]
    group.attrs["episode_info"] = json.dumps(text)


def numbers(group: h5py.Group, _: Path) -> None:
    text = json.loads(group.attrs["episode_info"])
    text |= {"steps": 10**300, "control_rate": 1e308, "seed": 10**300, "measured_rate": 1e-320}
    group.attrs["episode_info"] = json.dumps(text)


def deep(group: h5py.Group, _: Path) -> None:
    group.attrs["episode_info"] = "[" * 60_000


TRAPS = (
    external_link,
    relative_link,
    link_of_all,
    soft_link,
    external_storage,
    virtual,
    terabytes,
    bomb,
    million_pieces,
    names,
    numbers,
    deep,
)
