"""The state of a training as plain tensors, for exact resumption."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class TrainingState:
    """Everything that a training needs to go on exactly. Owns its tensors."""

    step: int
    """Updates done."""
    phase: int
    """Index of the phase whose optimiser is held."""
    tensors: dict[str, Tensor]
    """Weights (``model.…``), optimiser (``optimiser.…``) and the sampler's generator."""

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of one part, without its name."""
        start = name + "."
        return {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}
