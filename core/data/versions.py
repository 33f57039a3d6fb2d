"""Versions of the software that a recording or a result came from."""

import contextlib
import platform
from functools import cache
from importlib import metadata

PACKAGES = ("act-jepa-studio", "mujoco", "numpy", "h5py", "torch")


@cache
def software_versions() -> dict[str, str]:
    """{package: version} of what this process runs, without importing any of them."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):  # a checkout is not installed
            found[name] = metadata.version(name)
    return found
