"""What every policy is: remember, believe, propose a chunk of actions, ensemble, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.learning import Checkpoint
from core.policies.ensembling import TemporalEnsemble
from core.policies.errors import ObservationError

TAKEN_OVER = 0.1
"""An executed action that differs by more than this from the one chosen was somebody else's."""
END_EFFECTOR = "end_effector_position"
"""Field in which futures are drawn."""


@dataclass(frozen=True)
class Explanation:
    """Why a policy acts as it does, for people. Immutable; may be passed between threads."""

    text: str
    """One sentence."""
    demonstration: tuple[str, int] | None = None
    """Identifier and step of the demonstration that it follows."""
    futures: np.ndarray | None = None
    """End-effector paths (m, h, 3) that it considered or expects [m]; the first is chosen."""
    observation: dict[str, np.ndarray] | None = None
    """What it believes to be the case, {field: (size,)} in physical units."""


class Policy(Protocol):
    """A way of choosing actions. Carries state: `reset` before every episode."""

    mode: str
    """Name of the way."""

    def reset(self, count: int, ids: Sequence[int] | None = None) -> None:
        """Begin new episodes: all `count`, or only those at the places `ids`."""

    def act(self, observation: Mapping[str, np.ndarray]) -> np.ndarray:
        """Actions (n, A) float32 for {field: (n, size)} in physical units, n = count."""

    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, A) instead of what `act` returned last, as in a take-over."""

    def explain(self, index: int = 0) -> Explanation:
        """Why the last action at place `index` was chosen."""


class BeliefPolicy:
    """Base of the policies over a checkpoint's belief.

    Owns the belief state of every place, its ensemble of action chunks and the actions executed
    last. Subclasses say which chunk of actions they propose. On the CPU, without gradients.
    """

    mode = ""

    def __init__(self, checkpoint: Checkpoint, *, decay: float, length: int) -> None:
        self.checkpoint = checkpoint
        self.model = checkpoint.model
        space = checkpoint.space
        self._ensemble = TemporalEnsemble(length, space.action_size, decay)
        self.count = 0
        self.reset(1)

    @torch.inference_mode()
    def reset(self, count: int, ids: Sequence[int] | None = None) -> None:
        """Begin new episodes at all `count` places, or only at `ids` if the count is unchanged."""
        if ids is None or count != self.count:
            ids = range(count)
        if count != self.count:
            self.count = count
            self._state = self.model.belief.initial(count)
            self._actions = torch.zeros(count, self.checkpoint.space.action_size)
            self._chunks = torch.zeros(count, *self._ensemble.shape)
            self._ensemble.resize(count)
            self._resize(count)
        index = torch.as_tensor(list(ids), dtype=torch.long)
        self._state[index] = self.model.belief.initial(len(index))
        self._actions[index] = 0.0
        self._chunks[index] = 0.0
        self._ensemble.clear(index)
        self._clear(index)

    @torch.inference_mode()
    def act(self, observation: Mapping[str, np.ndarray]) -> np.ndarray:
        """Actions (n, A) float32 for {field: (n, size)} in physical units.

        Raises `ObservationError` for a missing field, a wrong size, another count than was reset,
        or numbers that are not finite.
        """
        packed = self._packed(observation)  # (n, O)
        self._state = self.model.perceive(self._state, packed, self._actions)
        self._chunks = self._propose(self._state)  # (n, length, A)
        actions = self._ensemble.add(self._chunks).clamp_(-1.0, 1.0)  # a mean may round past 1
        actions = self.model.head.decide(actions)  # the ensemble votes on the gripper
        self._actions = actions
        return actions.numpy().copy()

    @torch.inference_mode()
    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, A) instead of what `act` returned.

        Where somebody else acted, chunks proposed before are forgotten: they were meant for another
        course of things.
        """
        truth = torch.as_tensor(np.asarray(actions, dtype=np.float32))
        if truth.shape != self._actions.shape:
            raise ObservationError(
                f"executed actions have shape {tuple(truth.shape)}; expected "
                f"{tuple(self._actions.shape)}"
            )
        other = (truth - self._actions).abs().amax(dim=1) > TAKEN_OVER
        self._actions = truth.clone()
        if bool(other.any()):
            index = other.nonzero().flatten()
            self._ensemble.clear(index)
            self._clear(index)

    def explain(self, index: int = 0) -> Explanation:
        """Why the last action at place `index` was chosen. Raises `IndexError` out of range."""
        raise NotImplementedError

    def _propose(self, state: Tensor) -> Tensor:
        """Action chunks (n, length, A) for belief states (n, state)."""
        raise NotImplementedError

    def _resize(self, count: int) -> None:
        """Make room for `count` places, where a subclass carries more."""

    def _clear(self, index: Tensor) -> None:
        """Forget what a subclass carries at the places `index` (k,)."""

    def _packed(self, observation: Mapping[str, np.ndarray]) -> Tensor:
        for name, size in self.checkpoint.fields.items():
            if name not in observation:
                raise ObservationError(
                    f"observation has no field '{name}'; this policy for task "
                    f"'{self.checkpoint.task}' needs: {', '.join(self.checkpoint.fields)}"
                )
            shape = np.shape(observation[name])
            if shape != (self.count, size):
                raise ObservationError(
                    f"field '{name}' has shape {shape}; expected {(self.count, size)} "
                    "(call reset with the number of simulations first)"
                )
        packed = self.checkpoint.standardisation.apply(observation)
        if not bool(torch.isfinite(packed).all()):
            raise ObservationError("the observation holds NaN or infinity; check the sensors")
        return packed

    @torch.inference_mode()
    def _believed(self, index: int) -> dict[str, np.ndarray]:
        """What place `index` believes to be the case, {field: (size,)} in physical units."""
        belief = self.model.belief.read(self._state[index])
        return self.checkpoint.standardisation.invert(self.model.decoder(belief))

    @torch.inference_mode()
    def _paths(self, index: int, chunks: Tensor) -> np.ndarray | None:
        """End-effector paths (m, h, 3) [m] imagined along action chunks (m, h, A)."""
        if END_EFFECTOR not in self.checkpoint.fields:
            return None
        state = self._state[index : index + 1].expand(len(chunks), -1)
        _, beliefs = self.model.imagine(state, chunks)
        decoded = self.checkpoint.standardisation.invert(self.model.decoder(beliefs))
        return decoded[END_EFFECTOR]
