"""The state of a training as plain tensors, for exact resumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.optim import Optimizer


@dataclass(frozen=True)
class TrainingState:
    """Everything that a training needs to go on exactly. Owns its tensors."""

    step: int
    """Updates done."""
    phase: int
    """Index of the phase whose optimiser is held."""
    tensors: dict[str, Tensor]
    """Weights (``model.``), optimiser (``optimiser.``) and the sampler's generator."""


def export_optimiser(optimiser: Optimizer) -> dict[str, Tensor]:
    """Moments and step counts as ``optimiser.<parameter index>.<name>``; copies."""
    tensors: dict[str, Tensor] = {}
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for index, parameter in enumerate(parameters):
        for name, value in optimiser.state.get(parameter, {}).items():
            tensors[f"optimiser.{index}.{name}"] = value.detach().clone()
    return tensors


def import_optimiser(optimiser: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `export_optimiser` took; raises `KeyError` if the parameters do not match."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    optimiser.state.clear()
    for key, value in tensors.items():
        if not key.startswith("optimiser."):
            continue
        _, index, name = key.split(".", 2)
        if int(index) >= len(parameters):
            raise KeyError(key)
        parameter = parameters[int(index)]
        device = value.device if name == "step" else parameter.device
        optimiser.state[parameter][name] = value.detach().to(device, copy=True)
