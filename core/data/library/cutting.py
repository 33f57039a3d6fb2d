"""Parts of an episode as episodes of their own.

Row t of every array stays what was measured at step t: observations, actions, states (so that
the part replays exactly), images, interventions and rewards. What speaks of the whole changes:

- `dones` is 1 at the part's last step and 0 elsewhere;
- a success stays one if the part holds a step with a reward, or if no step of the whole did (a
  person had labelled it). Otherwise the success is unknown. A failure stays one;
- the seed of the start is dropped when the first step is cut off, since the part starts elsewhere.
"""

from dataclasses import replace

from core.data.episode import Episode, end_mark
from core.data.errors import InvalidEpisodeError


def cut(episode: Episode, start: int, stop: int, identifier: str | None = None) -> Episode:
    """Steps `start` to `stop` (not included) of the episode, under another name if one is given.

    Raises :class:`InvalidEpisodeError` unless 0 <= start < stop <= number of steps.
    """
    T = len(episode)
    if not 0 <= start < stop <= T:
        raise InvalidEpisodeError(
            f"cannot keep steps {start} to {stop} of an episode of {T} steps; expected "
            f"0 <= start < stop <= {T}"
        )
    rewards = episode.rewards[start:stop]
    success = episode.info.success
    if success and episode.rewards.any() and not rewards.any():
        success = None
    info = replace(
        episode.info,
        identifier=identifier or episode.info.identifier,
        success=success,
        seed=episode.info.seed if start == 0 else None,
        steps=stop - start,
    )
    return replace(
        episode,
        info=info,
        observations={name: rows[start:stop] for name, rows in episode.observations.items()},
        actions=episode.actions[start:stop],
        rewards=rewards,
        dones=end_mark(stop - start),
        states=episode.states[start:stop],
        interventions=episode.interventions[start:stop],
        images={name: rows[start:stop] for name, rows in episode.images.items()},
    )
