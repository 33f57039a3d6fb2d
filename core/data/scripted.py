"""Demonstrations of the scripted operator as episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.episode import Episode
from core.data.recorder import episode_from_arrays

if TYPE_CHECKING:
    from core.simulation import Demonstration


def scripted_episode(demonstration: Demonstration) -> Episode:
    """The episode of a successful demonstration, called ``<task>-<seed>``.

    The same task and seed give the same episode under the same name.
    """
    # Only here: reading and listing recordings must not wait for the simulator to load.
    from core import simulation

    task = demonstration.task
    return episode_from_arrays(
        task,
        demonstration.seed,
        "script",
        observations=demonstration.observations,
        fields=simulation.TASKS[task].fields,
        actions=demonstration.actions,
        rewards=demonstration.rewards,
        states=demonstration.states,
        success=True,
        control_rate=simulation.CONTROL_RATE,
        model_hash=simulation.model_hash(task),
        identifier=f"{task}-{demonstration.seed:07d}",
    )
