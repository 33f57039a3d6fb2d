"""Collects the steps of one episode in memory while a person drives."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import numpy as np

from core.data.episode import Episode, EpisodeInfo, end_mark
from core.data.errors import InvalidEpisodeError
from core.data.versions import software_versions
from core.spec import ARM, Field

_Rows = list[tuple[dict[str, np.ndarray], np.ndarray, float, np.ndarray, bool]]
"""Observation, action, reward, state and intervention of each step."""


class EpisodeRecorder:
    """Turns control steps into an :class:`Episode`, in memory only.

    Owns copies of everything appended. `append` costs a few microseconds, so that it can run
    inside the control loop; writing (:func:`core.data.write_episode`) belongs elsewhere.
    """

    def __init__(self) -> None:
        self._finish: Callable[..., Episode] | None = None
        self._fields: tuple[Field, ...] = ()
        self._rows: _Rows = []

    def __len__(self) -> int:
        """Number of control steps so far."""
        return len(self._rows)

    def begin(
        self,
        task: str,
        seed: int | None,
        operator: str,
        *,
        control_rate: float | None = None,
        model_hash: str | None = None,
        fields: Sequence[Field] | None = None,
        identifier: str | None = None,
    ) -> None:
        """Start an empty episode; one that had begun is dropped.

        `control_rate` [Hz], `model_hash` and `fields` come from the simulation of the task
        unless given. `identifier` names the file; by default it is the time of recording.
        Raises :class:`InvalidEpisodeError` for an operator without a name, and the simulation's
        error for an unknown task.
        """
        if not operator.isidentifier():  # modes of other packages have any name
            raise InvalidEpisodeError(
                f"{operator!r} cannot name an operator; use gamepad, keyboard, script or the name "
                "of a policy mode"
            )
        if control_rate is None or model_hash is None or fields is None:
            # Only here: reading and listing recordings must not wait for the simulator to load.
            from core import simulation

            control_rate = simulation.CONTROL_RATE if control_rate is None else control_rate
            model_hash = simulation.model_hash(task) if model_hash is None else model_hash
            fields = simulation.TASKS[task].fields if fields is None else fields
        self._fields, self._rows = tuple(fields), []
        self._finish = partial(
            episode_from_arrays,
            task,
            seed,
            operator,
            control_rate=control_rate,
            model_hash=model_hash,
            fields=self._fields,
            identifier=identifier,
        )

    def append(
        self,
        observation: Mapping[str, np.ndarray],
        action: np.ndarray,
        reward: float,
        state: np.ndarray,
        intervention: bool = False,
    ) -> None:
        """Add one control step.

        `observation` {field: (size,) or (1, size)} and `state` (S,) or (1, S) are from *before*
        the step, `action` (A,) or (1, A) is what was executed, `reward` what came after it.
        Raises :class:`InvalidEpisodeError` if nothing has begun or a field is missing.
        """
        self._begun("append a step")
        missing = [each.name for each in self._fields if each.name not in observation]
        if missing:
            raise InvalidEpisodeError(
                f"the observation lacks {', '.join(missing)}; it has {', '.join(observation)}"
            )
        self._rows.append(
            (
                {each.name: _row(observation[each.name]) for each in self._fields},
                _row(action),
                float(np.asarray(reward).reshape(-1)[0]),
                np.array(state, dtype=np.float64).reshape(-1),
                bool(intervention),
            )
        )

    def finish(self, success: bool | None, *, measured_rate: float | None = None) -> Episode:
        """The episode so far; the recorder is then free for the next.

        `measured_rate` [Hz] is what the control loop really held. Raises
        :class:`InvalidEpisodeError` if nothing has begun or no step was appended; the steps
        are then kept.
        """
        finish = self._begun("finish")
        if not self._rows:
            raise InvalidEpisodeError(
                "nothing to save: the recording was stopped before its first control step"
            )
        observations, actions, rewards, states, interventions = zip(*self._rows, strict=True)
        episode = finish(
            observations={
                each.name: np.stack([row[each.name] for row in observations])
                for each in self._fields
            },
            actions=np.stack(actions),
            rewards=np.array(rewards, dtype=np.float32),
            states=np.stack(states),
            interventions=np.array(interventions, dtype=np.bool_),
            success=success,
            measured_rate=measured_rate,
        )
        self.discard()
        return episode

    def discard(self) -> None:
        """Drop what was collected; does nothing when nothing has begun."""
        self._finish, self._rows = None, []

    def _begun(self, what: str) -> Callable[..., Episode]:
        if self._finish is None:
            raise InvalidEpisodeError(f"cannot {what}: no recording has begun; call begin() first")
        return self._finish


def episode_from_arrays(
    task: str,
    seed: int | None,
    operator: str,
    *,
    observations: Mapping[str, np.ndarray],
    actions: np.ndarray,
    rewards: np.ndarray,
    states: np.ndarray,
    success: bool | None,
    control_rate: float,
    model_hash: str,
    fields: Sequence[Field] = (),
    interventions: np.ndarray | None = None,
    measured_rate: float | None = None,
    identifier: str | None = None,
) -> Episode:
    """An episode, recorded now, from finished arrays as :class:`Episode` describes them.

    The order of `observations` is that of the task's fields. `fields` says of what kind those are
    that the bundled arm does not know. Raises
    :class:`InvalidEpisodeError` if the arrays do not fit each other.
    """
    T = len(actions)
    now = datetime.now(UTC)
    info = EpisodeInfo(
        identifier=identifier or new_identifier(task, now),
        task=task,
        success=None if success is None else bool(success),
        operator=operator,
        control_rate=float(control_rate),
        measured_rate=None if measured_rate is None else float(measured_rate),
        seed=None if seed is None else int(seed),
        created=now.isoformat(timespec="milliseconds"),
        steps=T,
        model_hash=model_hash,
        versions=software_versions(),
        fields=tuple(observations),
        declared=tuple(each for each in fields if ARM.get(each.name) != each),
    )
    return Episode(
        info=info,
        observations=dict(observations),
        actions=actions,
        rewards=rewards,
        dones=end_mark(T),
        states=states,
        interventions=np.zeros(T, dtype=np.bool_) if interventions is None else interventions,
    )


def new_identifier(task: str, moment: datetime) -> str:
    """A name that sorts by time: `20250131-142530-123456-push-9f2a`.

    The random end keeps two programs apart that finish in the same microsecond.
    """
    return f"{moment:%Y%m%d-%H%M%S-%f}-{task}-{secrets.token_hex(2)}"


def _row(values: np.ndarray) -> np.ndarray:
    """A float32 copy as one row."""
    return np.array(values, dtype=np.float32).reshape(-1)
