"""Weights of published networks from a safetensors file, checked name by name."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.learning.errors import WeightsError

NAMED = 3
"""Names that a message lists of those that are missing or too many."""


def read_weights(
    file: str,
    network: str,
    shapes: Mapping[str, Sequence[int] | None],
    ignored: Collection[str] = (),
) -> dict[str, Tensor]:
    """Tensors of `file` by name, as float32 on the CPU: exactly those of `shapes`.

    `network`: what the weights are of, for messages. `shapes`: the names expected, and the shape
    of each, or None where the caller checks it. `ignored`: patterns of names that are passed over.
    Raises `WeightsError` with a sentence if the file is not there, is no safetensors file, or
    holds other names, other shapes, whole numbers, NaN or infinity.
    """
    if not Path(file).is_file():
        raise WeightsError(file, f"there is no such file; name a safetensors file of {network}")
    try:
        with safe_open(file, "pt") as held:  # names and shapes first: nothing is loaded for them
            names = [
                name
                for name in held.keys()  # noqa: SIM118  # it is no mapping
                if not any(fnmatchcase(name, pattern) for pattern in ignored)
            ]
            _check_names(file, network, shapes, names)
            for name, shape in shapes.items():
                _check_shape(file, network, name, held.get_slice(name).get_shape(), shape)
            tensors = {name: held.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            file, f"it cannot be read as a safetensors file ({error}); save {network} as one"
        ) from error
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise WeightsError(file, f"{name} holds {kind} numbers; expected floating-point ones")
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(file, f"{name} holds NaN or infinity; use another copy of the file")
    return {name: tensor.float() for name, tensor in tensors.items()}


def _check_names(file: str, network: str, expected: Collection[str], held: Collection[str]) -> None:
    missing = [name for name in expected if name not in held]
    surplus = [name for name in held if name not in expected]
    differences = []
    if missing:
        differences.append(f"{_listed(missing)} missing")
    if surplus:
        differences.append(f"{_listed(surplus)} too many")
    if differences:
        raise WeightsError(file, f"it is no file of {network}: {', and '.join(differences)}")


def _check_shape(
    file: str, network: str, name: str, held: Sequence[int], expected: Sequence[int] | None
) -> None:
    if expected is not None and tuple(held) != tuple(expected):
        raise WeightsError(
            file, f"{name} has the shape {tuple(held)}; that of {network} has {tuple(expected)}"
        )


def _listed(names: Sequence[str]) -> str:
    """``122 names (conv1.weight, bn1.weight, bn1.bias, …) are``."""
    shown = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    return f"1 name ({shown}) is" if len(names) == 1 else f"{len(names)} names ({shown}) are"
