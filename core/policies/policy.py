"""What every policy is: remember, believe, propose a chunk of actions, ensemble, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.learning import Checkpoint, Observation
from core.learning.dataset.history import Histories
from core.learning.latent_observer import LatentObserver
from core.policies.ensembling import TemporalEnsemble, usual_decay
from core.policies.errors import ObservationError, PolicyError

TAKEN_OVER = 0.1
"""An executed action that differs by more than this from the one chosen was another's."""
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

    observing: bool
    """Whether the observer, where there is one, corrects the frames; may be changed at any time."""
    delay: int
    """Age of every frame when it arrives [control steps]; another one begins episodes anew."""
    lost: tuple[str, ...]
    """Cameras whose images were missing from the last observation."""

    def reset(self, count: int, ids: Sequence[int] | None = None) -> None:
        """Begin new episodes: all `count`, or only those at the places `ids`."""

    def act(
        self, observation: Mapping[str, np.ndarray], missing: np.ndarray | None = None
    ) -> np.ndarray:
        """Actions (n, A) float32 for {field: (n, size)} in physical units, n = count.

        `missing` (n,) is True where no new frame arrived; what was last received stands there.
        """

    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, A) instead of what `act` returned last, as in a take-over."""

    def explain(self, index: int = 0) -> Explanation:
        """Why the last action at place `index` was chosen."""


class BeliefPolicy:
    """Base of the policies over a checkpoint's belief.

    Owns the belief state of every place, its ensemble of action chunks and the actions executed
    last. Subclasses say which chunk of actions they propose. On the CPU, without gradients.

    Where sensors fail, prediction stands in, if the checkpoint has learned it: for a frame that did
    not arrive, the latent predicted from belief and executed action; for frames known to be
    `delay` control steps old, the belief rolled out along the actions executed since. A checkpoint
    without prediction takes the last frame received again, and of a chunk of actions those meant
    for now.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        length: int,
        decay: float | None = None,
        delay: int = 0,
        observer: bool = True,
    ) -> None:
        """`length`: of a chunk [control steps]. `decay`: how fast older chunks lose weight
        [1/control step]; 0 is a plain mean, None leaves it to `usual_decay`. `delay`: age of every
        frame when it arrives [control steps]. `observer`: whether the observer, where there is
        one, corrects the frames."""
        self.checkpoint = checkpoint
        self.model = checkpoint.model
        self._observer = checkpoint.model.any_observer if observer else None
        self.predicts = bool(checkpoint.configuration.loss.prediction)
        spec = checkpoint.spec
        if decay is None:
            decay = usual_decay(len(checkpoint.demonstrations))
        self._ensemble = TemporalEnsemble(length, spec.actions.size, decay)
        self.lost: tuple[str, ...] = ()
        self._histories = Histories(spec.sensed)
        self._delay = -1  # none yet
        self.count = 1
        self.delay = delay

    @property
    def delay(self) -> int:
        """Age of every frame when it arrives [control steps]. Another one begins episodes anew."""
        return self._delay

    @delay.setter
    def delay(self, delay: int) -> None:
        if delay < 0:
            raise PolicyError(f"delay is {delay}; expected 0 or more control steps")
        if delay != self._delay:
            self._delay, count, self.count = delay, self.count, 0  # so that reset makes room
            self.reset(count)

    @property
    def observing(self) -> bool:
        """Whether an observer corrects the frames. Switched on, it begins with the next frame."""
        return self._observer is not None

    @observing.setter
    def observing(self, observing: bool) -> None:
        self._observer = self.model.any_observer if observing else None
        self._sensing = self._fresh_senses(self.count)

    @torch.inference_mode()
    def reset(self, count: int, ids: Sequence[int] | None = None) -> None:
        """Begin new episodes at all `count` places, or only at `ids` if the count is unchanged."""
        if count != self.count:
            ids = None
            self.count = count
            self._state = self._present = self.model.belief.initial(count)
            self._sensing = self._fresh_senses(count)
            # executed actions of the last steps, the newest last, one more than frames are old
            size = self.checkpoint.spec.actions.size
            self._past = torch.zeros(count, self.delay + 1, size)
            self._age = torch.zeros(count, dtype=torch.long)
            self._chunks = torch.zeros(count, *self._ensemble.shape)
            self._ensemble.resize(count)
            self._histories.reset(count)
            self._resize(count)
        index = torch.as_tensor(list(range(count) if ids is None else ids), dtype=torch.long)
        for rows in (self._state, self._sensing, self._past, self._age, self._chunks):
            rows[index] = 0
        self._ensemble.clear(index)
        self._histories.clear(index)
        self._clear(index)

    @torch.inference_mode()
    def act(
        self, observation: Mapping[str, np.ndarray], missing: np.ndarray | None = None
    ) -> np.ndarray:
        """Actions (n, A) float32 for {field: (n, size)} in physical units.

        `missing` (n,) is True where no new frame arrived and `observation` repeats the last one.
        Raises `ObservationError` for a missing field, a wrong size, another count than was reset,
        or numbers that are not finite.
        """
        sensed = self._sensed(observation)
        self._perceive(sensed, None if missing is None else torch.as_tensor(missing))
        self._present = self._catch_up() if self.delay and self.predicts else self._state
        chunks = self._propose(self._present)  # (n, length, A)
        if self.delay and not self.predicts:
            chunks = self._meant_for_now(chunks)
        self._chunks = chunks
        actions = self._ensemble.add(self._chunks).clamp_(-1.0, 1.0)  # a mean may round past 1
        actions = self.model.head.decide(actions)  # the ensemble votes on the gripper
        self._past = torch.cat((self._past[:, 1:], actions[:, None]), dim=1)
        self._age += 1
        return actions.numpy().copy()

    @torch.inference_mode()
    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, A) instead of what `act` returned.

        Where another acted, chunks proposed before are forgotten: they were meant for another
        course of things.
        """
        truth = torch.as_tensor(np.asarray(actions, dtype=np.float32))
        chosen = self._past[:, -1]
        if truth.shape != chosen.shape:
            raise ObservationError(
                f"executed actions have shape {tuple(truth.shape)}; expected {tuple(chosen.shape)}"
            )
        other = (truth - chosen).abs().amax(dim=1) > TAKEN_OVER
        self._past[:, -1] = truth
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

    def _fresh_senses(self, count: int) -> Tensor:
        """State (count, state) of the observer, if there is one, before anything was seen."""
        observer = self._observer
        return torch.zeros(count, 0) if observer is None else observer.initial(count)

    def _perceive(self, frame: Observation, missing: Tensor | None) -> None:
        """Take a frame (n) into the belief."""
        first = self._age == 0
        if missing is not None:
            missing = missing & ~first  # nothing can stand in for the first frame
            if not bool(missing.any()):
                missing = None
        before, sensing = self._past[:, 0], self._sensing
        if isinstance(self._observer, LatentObserver):
            sensing, state = self.model.observe(sensing, self._state, frame, before, missing)
        else:
            if self._observer is not None:
                sensing, vectors = self._observer.step(sensing, frame.packed, before, missing)
                frame = frame.with_vectors(vectors)
                missing = None  # the observer's own prediction stands in
            missing = missing if self.predicts else None
            state = self.model.perceive(self._state, frame, before, missing)
        if self.delay:  # until the first frame is that old, it is the one that arrives
            repeated = (~first & (self._age <= self.delay))[:, None]
            state = torch.where(repeated, self._state, state)
            sensing = torch.where(repeated, self._sensing, sensing)
        self._state, self._sensing = state, sensing

    def _catch_up(self) -> Tensor:
        """The belief (n, state) rolled out from the newest frame to now."""
        state = self._state
        for k in range(1, self.delay + 1):
            executed = self._past[:, k]
            ahead = self.model.imagine_step(state, executed)
            happened = self._age > self.delay - k  # else that step was before the episode
            state = torch.where(happened[:, None], ahead, state)
        return state

    def _meant_for_now(self, chunks: Tensor) -> Tensor:
        """Chunks (n, length, A) that began when the frame was taken, from now on."""
        length = chunks.shape[1]
        late = self._age.clamp(max=self.delay)[:, None]  # (n, 1)
        step = (torch.arange(length) + late).clamp(max=length - 1)  # (n, length)
        return chunks.gather(1, step[..., None].expand_as(chunks))

    def _sensed(self, observation: Mapping[str, np.ndarray]) -> Observation:
        """The fields that the policy senses, normalised; raises `ObservationError`."""
        frame, self.lost = self._frame(observation, self._histories)
        return frame

    def _frame(
        self, observation: Mapping[str, np.ndarray], histories: Histories
    ) -> tuple[Observation, tuple[str, ...]]:
        """The same, with the cameras that are missing; what `histories` hold becomes older."""
        checkpoint = self.checkpoint
        cameras = [field.name for field in checkpoint.spec.sensed if field.kind == "image"]
        lost = tuple(name for name in cameras if name not in observation)
        if cameras and len(lost) == len(cameras):
            raise ObservationError(
                f"the observation has no image of any camera; this policy for task "
                f"'{checkpoint.spec.task}' looks at: {', '.join(cameras)}"
            )
        sensed = {}
        for field in checkpoint.spec.demanded:
            if field.name in lost:
                continue
            if field.name not in observation:
                raise ObservationError(
                    f"observation has no field '{field.name}'; this policy for task "
                    f"'{checkpoint.spec.task}' needs: "
                    f"{', '.join(each.name for each in checkpoint.spec.demanded)}"
                )
            values = observation[field.name]
            shape, expected = np.shape(values), (self.count, *field.shape)
            if shape != expected:
                raise ObservationError(
                    f"field '{field.name}' has shape {shape}; expected {expected} "
                    "(call reset with the number of simulations first)"
                )
            if field.kind == "image" and np.asarray(values).dtype != np.uint8:
                raise ObservationError(
                    f"images '{field.name}' hold {np.asarray(values).dtype}; expected uint8, 0 to "
                    "255"
                )
            sensed[field.name] = values
        frame = checkpoint.normaliser.apply(histories.add(sensed))
        if not bool(torch.isfinite(frame.packed).all()):
            raise ObservationError("the observation holds NaN or infinity; check the sensors")
        return frame, lost

    @torch.inference_mode()
    def _believed(self, index: int) -> dict[str, np.ndarray]:
        """What place `index` believes to be the case, {field: (size,)} in physical units."""
        belief = self.model.belief.known(self._present[index])
        return self.checkpoint.normaliser.invert(self.model.decoder(belief))

    @torch.inference_mode()
    def _paths(self, index: int, chunks: Tensor) -> np.ndarray | None:
        """End-effector paths (m, h, 3) [m] imagined along action chunks (m, h, A)."""
        if END_EFFECTOR not in self.checkpoint.normaliser.mean:
            return None
        state = self._present[index : index + 1].expand(len(chunks), -1)
        _, beliefs = self.model.imagine(state, chunks)
        decoded = self.checkpoint.normaliser.invert(self.model.decoder(beliefs))
        return decoded[END_EFFECTOR]
