"""A checkpoint as a policy for any robot or environment: arrays in, actions in its units out.

Needs neither a window nor a simulator:

    from core.policies.deployed import load_policy
    policy = load_policy("my-checkpoint")
    action = policy.act({"position": position, "velocity": velocity})
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.learning import Checkpoint, load_checkpoint
from core.learning.dataset.resizing import resized
from core.policies.errors import ObservationError, PolicyError
from core.policies.planning import LatentPlanning
from core.policies.policy import Explanation
from core.policies.registry import DEFAULT_MODE, make_policy
from core.spec import camera_of


class DeployedPolicy:
    """Chooses actions for one robot, or for many at once.

    Owns a policy and the number of robots it drives. Carries a memory of the episode: call
    `reset` when a new one begins. `act` is to be called `control_rate` times a second.
    """

    def __init__(self, checkpoint: Checkpoint, mode: str = DEFAULT_MODE) -> None:
        """`mode`: a name of `core.policies.MODES`. Raises `UnknownNameError` for others, and
        `ModeNotOfferedError` saying what the checkpoint lacks."""
        self.checkpoint = checkpoint
        self._policy = make_policy(checkpoint, mode)
        self._count = 1

    @property
    def fields(self) -> dict[str, int]:
        """Name and size of each vector field that an observation must have."""
        sensed = self.checkpoint.spec.demanded
        return {field.name: field.size for field in sensed if field.kind != "image"}

    @property
    def cameras(self) -> dict[str, tuple[int, int]]:
        """Name of each camera whose images are looked at, with the height and width to which they
        are brought [pixels]."""
        sensed = self.checkpoint.spec.demanded
        return {f.name: (f.shape[0], f.shape[1]) for f in sensed if f.kind == "image"}

    @property
    def lost(self) -> tuple[str, ...]:
        """Cameras whose images were missing from the last observation."""
        return self._policy.lost

    @property
    def action_names(self) -> tuple[str, ...]:
        """Name of each entry of an action."""
        return self.checkpoint.spec.actions.names

    @property
    def control_rate(self) -> float:
        """How often `act` was called a second in the training data [Hz]."""
        return self.checkpoint.spec.control_rate

    def reset(self, count: int = 1, ids: Sequence[int] | None = None) -> None:
        """Forget the episode: of all `count` robots, or only of those at the places `ids`.

        Raises `ObservationError` for a count below 1 and for a place that does not exist.
        """
        if count < 1:
            raise ObservationError(f"{count} robots to reset; expected at least 1")
        strangers = [place for place in ids or () if not 0 <= place < count]
        if strangers:
            raise ObservationError(f"no robot at place {strangers[0]}; places are 0 to {count - 1}")
        self._count = count
        self._policy.reset(count, ids)

    def act(self, observation: Mapping[str, np.ndarray]) -> np.ndarray:
        """The action to execute now, in the units of the training data.

        `observation` is {field: (size,)} for one robot, which gives (A,), or {field: (n, size)}
        for the n robots of the last `reset`, which gives (n, A); float32. A field of size 1 may
        be a plain number. Images are uint8 (height, width, 3) or (n, height, width, 3) of any size,
        under the name of the field or of its camera (``front_image`` or ``front``); a camera that
        has stopped may be left out, which `lost` then says. Fields that the policy does not know
        are not looked at. Raises `ObservationError` naming the field that is missing,
        has another shape or is not finite.
        """
        arrays, single = self._arrays(observation)
        commands = self._policy.act(arrays)
        actions = self.checkpoint.spec.actions.in_robot_units(commands)  # (n, A)
        return actions[0] if single else actions

    def aim(self, picture: Mapping[str, np.ndarray] | None) -> None:
        """Plan toward what `picture` shows: an observation of the goal, as `act` takes it for one
        robot or for all; None: toward what the demonstrations lead to.

        Raises `ObservationError`, and `PolicyError` for a mode that does not plan.
        """
        if not isinstance(self._policy, LatentPlanning):
            raise PolicyError("only latent planning can aim at a picture; load the mode 'plan'")
        if picture is None:
            self._policy.aim(None)
        else:
            arrays, _ = self._arrays(picture)
            self._policy.aim(arrays)

    def executed(self, actions: np.ndarray) -> None:
        """Tell what was executed, (A,) or (n, A), where that is not what `act` returned last."""
        rows = np.atleast_2d(np.asarray(actions, dtype=np.float32))
        if rows.shape != (self._count, len(self.action_names)):
            raise ObservationError(
                f"executed actions have shape {rows.shape}; expected "
                f"{(self._count, len(self.action_names))}"
            )
        self._policy.executed(self.checkpoint.spec.actions.in_commands(rows))

    def explain(self, index: int = 0) -> Explanation:
        """Why the last action of the robot at place `index` was chosen."""
        return self._policy.explain(index)

    def _arrays(self, observation: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], bool]:
        """An observation of all robots {field: (n, *shape)}, and whether it was given for one."""
        arrays = {name: self._numbers(observation, name) for name in self.fields}
        images = {name: self._images(observation, name) for name in self.cameras}
        seen = {name: image for name, image in images.items() if image is not None}
        alone = [array.ndim <= 1 for array in arrays.values()]
        alone += [image.ndim == 3 for image in seen.values()]
        single = all(alone)
        if any(image.ndim == 3 for image in seen.values()) and not single:
            raise ObservationError(
                "some fields and images are of one robot and others of several; give each of them "
                f"for the {self._count} robots of the last reset"
            )
        if single:
            arrays = {name: array.reshape(1, -1) for name, array in arrays.items()}
            seen = {name: image[None] for name, image in seen.items()}
        for name, (height, width) in self.cameras.items():
            if name in seen:
                arrays[name] = resized(seen[name], height, width)
        return arrays, single

    def _images(self, observation: Mapping[str, np.ndarray], name: str) -> np.ndarray | None:
        """Images (..., height, width, 3) of a camera, or None if there are none."""
        camera = camera_of(name)
        known = name in observation or camera in self.fields
        image = observation.get(name if known else camera)
        if image is None:
            return None
        array = np.asarray(image)
        if array.dtype != np.uint8 or array.ndim not in (3, 4) or array.shape[-1] != 3:
            raise ObservationError(
                f"images '{name}' are {array.dtype} {array.shape}; expected uint8 (height, width, "
                "3), or one more dimension for several robots"
            )
        return array

    def _numbers(self, observation: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        if name not in observation:
            raise ObservationError(
                f"the observation has no field '{name}'; this policy needs: "
                f"{', '.join(f'{key} ({size})' for key, size in self.fields.items())}"
            )
        try:
            return np.asarray(observation[name], dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise ObservationError(f"field '{name}' does not hold numbers ({error})") from error


def load_policy(folder: Path | str, mode: str = DEFAULT_MODE) -> DeployedPolicy:
    """The policy of the checkpoint in `folder`, ready for one robot.

    `mode` is a name of `core.policies.MODES`. Raises what `core.learning.load_checkpoint` and
    `DeployedPolicy` raise, each a sentence.
    """
    return DeployedPolicy(load_checkpoint(folder), mode)
