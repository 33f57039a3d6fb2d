"""Versions of the software that a recording or a result came from."""

import platform
from functools import cache
from importlib import metadata

PACKAGES = ("act-jepa-studio", "mujoco", "numpy", "h5py", "torch")


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue  # run from a checkout that was never installed
    return tuple(found)


def software_versions() -> dict[str, str]:
    """{package: version} of what this process runs, without importing any of them."""
    return dict(_versions())
