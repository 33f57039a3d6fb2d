"""What can be learned from, and how it is scaled."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.learning import Dataset, DatasetError, Normaliser
from core.spec import ARM, fields_of


def test_features_have_mean_zero_and_deviation_one_and_constants_are_zero(dataset):
    rows = dataset.demonstrations.observations.packed
    assert torch.allclose(rows.mean(dim=0), torch.zeros(7), atol=1e-5)
    deviation = rows.std(dim=0, unbiased=False)
    assert torch.allclose(deviation[:6], torch.ones(6), atol=1e-4)
    assert torch.equal(rows[:, 6], torch.zeros(len(rows)))


def test_a_constant_feature_stays_zero_when_it_changes_in_deployment(dataset, episodes):
    observation = {k: v[:3].copy() for k, v in episodes[0].observations.items()}
    observation["mass"] += 5.0
    packed = dataset.normaliser.apply(observation).packed
    assert torch.equal(packed[:, 6], torch.zeros(3))


def test_normalisation_is_inverted(dataset, episodes):
    original = episodes[2].observations
    back = dataset.normaliser.invert(dataset.normaliser.apply(original).packed)
    for name, values in original.items():
        np.testing.assert_allclose(back[name], values, atol=1e-5)


def test_action_chunks_repeat_the_last_action_and_say_so(dataset, episodes):
    chunks, exists = dataset.demonstrations.action_chunks(4)
    last = len(episodes[0].actions) - 1
    expected = torch.from_numpy(episodes[0].actions)
    assert torch.equal(chunks[last - 1, :2], expected[-2:])
    assert torch.equal(chunks[last - 1, 2:], expected[-1:].expand(2, -1))
    assert exists[last - 1].tolist() == [True, True, False, False]


def changed(episode, **arrays):
    return replace(episode, observations={**episode.observations, **arrays})


def test_what_cannot_be_learned_from_is_refused_in_a_sentence(episodes):
    first, second, *rest = episodes
    t = len(second.actions)
    nan = second.observations["goal_position"].copy()
    nan[3, 1] = np.nan
    other_task = replace(second, info=replace(second.info, task="push"))
    other_rate = replace(second, info=replace(second.info, control_rate=10.0))
    same_name = replace(second, info=first.info)
    big = second.actions.copy()
    big[0, 0] = 3.0
    cases = [
        ([first], "1 episode"),
        ([first, other_task], "different tasks .push, reach."),
        ([first, other_rate], r"control rates .10, 20 Hz."),
        ([first, same_name], "episode-000 is given twice"),
        ([first, changed(second, goal_position=nan)], "'goal_position' holds NaN"),
        ([first, changed(second, goal_position=np.zeros((t, 2)))], "differ in goal_position"),
        ([first, changed(second, extra=np.zeros((t, 2)))], "differ in extra"),
        ([first, changed(second, mass=np.ones((t + 1, 1)))], f"{t + 1} rows for {t} actions"),
        ([first, replace(second, actions=second.actions[:, :3])], "actions of shape"),
        ([first, replace(second, actions=big)], r"magnitude 3; .* \[-1, 1\]"),
        ([first, replace(second, actions=second.actions * np.nan)], "actions hold NaN"),
    ]
    for given, message in cases:
        with pytest.raises(DatasetError, match=message):
            Dataset.from_episodes([*given, *rest] if len(given) > 1 else given)


def test_one_step_episodes_and_other_shapes_are_refused(make_episode):
    with pytest.raises(DatasetError, match="1 step"):
        Dataset.from_episodes([make_episode(0), make_episode(1, steps=1)])
    volumes = [
        changed(e, camera=np.zeros((len(e.actions), 8, 8, 3), np.float32))
        for e in (make_episode(0), make_episode(1))
    ]
    with pytest.raises(DatasetError, match="'camera' has shape"):
        Dataset.from_episodes(volumes)


def test_fingerprint_tells_data_apart(episodes):
    whole = Dataset.from_episodes(episodes).demonstrations.fingerprint()
    assert Dataset.from_episodes(episodes).demonstrations.fingerprint() == whole
    assert Dataset.from_episodes(episodes[:-1]).demonstrations.fingerprint() != whole


def test_what_varies_less_than_its_kind_resolves_is_a_constant():
    rng = np.random.default_rng(0)
    rows = {
        "end_effector_rotation": rng.normal(0.0, 0.002, (200, 6)),
        "gripper_opening": rng.normal(0.04, 1e-4, (200, 1)),
        "goal_position": rng.normal(0.0, 0.1, (200, 3)),
        "wrist_force": rng.normal(0.0, 1e-4, (200, 3)),
    }
    rows["end_effector_rotation"][:, 1] *= 50
    ours = Normaliser.of(fields_of(rows, ARM), [rows])
    assert (ours.std["end_effector_rotation"] > 0).tolist() == [False, True] + [False] * 4
    assert ours.std["gripper_opening"] == 0
    assert (ours.std["goal_position"] > 0).all()
    assert (ours.std["wrist_force"] > 0).all(), "nothing is known of its resolution"
    theirs = Normaliser.of(fields_of(rows, {}), [rows])
    assert all((std > 0).all() for std in theirs.std.values())
