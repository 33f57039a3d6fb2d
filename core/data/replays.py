"""Demonstrations driven again from the middle, with disturbed commands.

An expert's demonstrations hardly show what an action does, since they hold no other commands than
the right ones. Replays try others in the simulator, near the demonstrations, so that a predictor
sees their consequences. Their commands are no examples and are not to be imitated.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data.episode import Episode, end_mark
from core.data.errors import InvalidEpisodeError

LENGTH = 60
"""Length of a replay [control steps]: a window of training and what it predicts ahead."""
DISTURBANCE = 0.5
"""Standard deviation of what is added to each command that moves the arm [full command]."""
PERSISTENCE = 0.9
"""Share of the disturbance that stays from step to step; a hand does not jump 20 times a second."""
CONTRARY = 0.25
"""Part of the replays in which the gripper does the contrary of what was demonstrated."""


def perturbed_replays(episodes: Sequence[Episode], copies: int, seed: int = 0) -> list[Episode]:
    """`copies` replays of each of `episodes`, which are of one task of the bundled arm.

    A replay begins in a simulator state drawn from its demonstration and goes on for `LENGTH`
    control steps with its commands plus correlated noise, and with the noise alone past its end.
    The same arguments give the same replays. Raises :class:`InvalidEpisodeError` for episodes
    whose simulator states belong to no model, or to another one than is installed.
    """
    if not episodes or copies < 1:
        return []
    # Only here: reading and listing recordings must not wait for the simulator to load.
    from core import simulation

    task = episodes[0].info.task
    wanted = simulation.model_hash(task) if task in simulation.TASKS else None
    for episode in episodes:
        if episode.info.model_hash != wanted:
            raise InvalidEpisodeError(
                f"{episode.info.identifier} cannot be replayed with disturbed commands: it was not "
                "recorded with this version's model of the arm; train without replays "
                "(training.replays 0)."
            )
    chosen = [episode for episode in episodes for _ in range(copies)]
    count = len(chosen)
    generator = np.random.default_rng([seed, count])
    begins = np.array([generator.integers(0, len(episode)) for episode in chosen])
    commands = np.stack(
        [_commands(e.actions, b) for e, b in zip(chosen, begins, strict=True)], axis=1
    )  # (LENGTH, count, 7)
    commands = _disturbed(commands, generator)
    world = simulation.World(task, count)
    world.set_states(np.stack([e.states[b] for e, b in zip(chosen, begins, strict=True)]))
    observed: dict[str, list[np.ndarray]] = {name: [] for name in episodes[0].observations}
    states, executed, rewards = [], [], []
    for command in commands:
        states.append(world.get_states())
        now = world.observe()
        for name, rows in observed.items():
            rows.append(now[name])
        executed.append(world.step(command))
        rewards.append(world.rewards())
    seen = {name: np.stack(rows, axis=1) for name, rows in observed.items()}  # (count, LENGTH, …)
    return [
        Episode(
            replace(
                episode.info,
                identifier=f"{episode.info.identifier}-replay-{i % copies}",
                success=None,
                steps=LENGTH,
                images=(),
            ),
            observations={name: rows[i] for name, rows in seen.items()},
            actions=np.stack([rows[i] for rows in executed]),
            rewards=np.array([rows[i] for rows in rewards]),
            dones=end_mark(LENGTH),
            states=np.stack([rows[i] for rows in states]),
            interventions=np.zeros(LENGTH, np.bool_),
        )
        for i, episode in enumerate(chosen)
    ]


def _commands(actions: np.ndarray, begin: int) -> np.ndarray:
    """The next `LENGTH` commands (LENGTH, 7); past the end the arm rests, the gripper as it was."""
    given = actions[begin : begin + LENGTH].astype(np.float64)
    rest = np.zeros((LENGTH - len(given), actions.shape[1]))
    rest[:, -1] = actions[-1, -1]
    return np.concatenate((given, rest))


def _disturbed(commands: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Commands (LENGTH, count, 7) with noise that lasts, and some grippers reversed."""
    length, count, size = commands.shape
    noise = np.zeros((count, size - 1))
    fresh = float(np.sqrt(1.0 - PERSISTENCE**2))
    disturbed = commands.copy()
    for t in range(length):
        drawn = generator.normal(size=noise.shape)
        noise[:] = drawn if t == 0 else PERSISTENCE * noise + fresh * drawn
        disturbed[t, :, :-1] += DISTURBANCE * noise
    contrary = generator.random(count) < CONTRARY
    disturbed[:, contrary, -1] *= -1.0
    return np.clip(disturbed, -1.0, 1.0)
