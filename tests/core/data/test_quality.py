from dataclasses import replace

import numpy as np
import pytest

from core.data.quality import measure_quality


def test_quality_of_known_motion(make_episode):
    episode = make_episode(steps=20)
    actions = np.zeros((20, 7), np.float32)
    actions[10:, 0] = 0.5  # still for half the time, then one jump
    actions[:, 6] = 1.0  # a closed gripper is no motion
    positions = np.zeros((20, 3), np.float32)
    positions[:, 1] = np.linspace(0, 0.4, 20)
    observations = episode.observations | {"end_effector_position": positions}
    quality = measure_quality(replace(episode, actions=actions, observations=observations))
    assert quality.duration == 1.0
    assert quality.idle == 0.5
    assert quality.roughness == pytest.approx(np.sqrt(0.25 / 19))
    assert quality.path == pytest.approx(0.4, rel=1e-5)


def test_a_single_step_has_no_roughness(make_episode):
    quality = measure_quality(make_episode(steps=1))
    assert (quality.roughness, quality.path) == (0.0, 0.0)
