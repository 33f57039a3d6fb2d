"""Checkpoints driving robots that this program does not know."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from core.learning import Dataset, DatasetError, Trainer, get_preset, save_checkpoint
from core.policies import (
    MODES,
    DeployedPolicy,
    ObservationError,
    PolicyError,
    load_policy,
    make_policy,
)


@dataclass(frozen=True)
class Degrees:
    names: tuple[str, ...] = ("shoulder", "elbow")
    offset: tuple[float, ...] = (30.0, -5.0)
    scale: tuple[float, ...] = (90.0, 2.0)


@dataclass(frozen=True)
class Info:
    identifier: str
    task: str = "point"
    control_rate: float = 30.0
    action_units: Degrees = Degrees()


@dataclass(frozen=True)
class Arm:
    info: Info
    observations: dict[str, np.ndarray]
    actions: np.ndarray


def make_arm(seed: int) -> Arm:
    rng = np.random.default_rng(seed)
    angles = rng.normal(size=(25, 2)).cumsum(axis=0).astype(np.float32)
    weight = np.full((25, 1), rng.uniform(), dtype=np.float32)
    actions = np.tanh(angles * weight).astype(np.float32)
    return Arm(Info(f"arm-{seed}"), {"angles": angles, "weight": weight}, actions)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    default = get_preset("default")
    configuration = replace(
        default,
        encoder=replace(default.encoder, latent=16, hidden=(16,)),
        belief=replace(default.belief, size=16),
        head=replace(default.head, chunk=4, hidden=(16,)),
        training=replace(default.training, steps=5, batch=4, window=8),
    )
    trainer = Trainer(Dataset.from_episodes([make_arm(i) for i in range(4)]), configuration, "cpu")
    for _ in range(trainer.total_steps):
        trainer.update()
    return save_checkpoint(tmp_path_factory.mktemp("deployed") / "run", trainer)


OBSERVATION = {"angles": np.array([0.3, -0.2]), "weight": 0.5, "unknown": "ignored"}


@pytest.mark.parametrize("mode", MODES)
def test_actions_come_in_the_units_of_the_training_data(folder, mode):
    policy = load_policy(folder, mode)
    assert (policy.control_rate, policy.action_names) == (30.0, ("shoulder", "elbow"))
    action = policy.act(OBSERVATION)
    assert (action.shape, action.dtype) == ((2,), np.float32)
    plain = make_policy(policy.checkpoint, mode)
    commands = plain.act({"angles": np.array([[0.3, -0.2]]), "weight": np.array([[0.5]])})
    np.testing.assert_allclose(action, [30, -5] + commands[0] * [90, 2], rtol=1e-5)


def test_the_documented_program_drives_a_robot(folder, monkeypatch):
    class MyRobot:
        moves: tuple[np.ndarray, ...] = ()

        def done(self) -> bool:
            return len(self.moves) == 3

        def sense(self) -> dict[str, object]:
            return OBSERVATION

        def move(self, action: np.ndarray) -> None:
            MyRobot.moves += (action,)

    document = Path(__file__).parents[3] / "docs" / "DEPLOYMENT.md"
    blocks = re.findall(r"```python\n(.*?)```", document.read_text(), flags=re.DOTALL)
    (program,) = (block for block in blocks if "MyRobot" in block)
    monkeypatch.chdir(folder.parent)
    (folder.parent / "checkpoint").symlink_to(folder)
    exec(program, {"MyRobot": MyRobot})
    assert [action.shape for action in MyRobot.moves] == [(2,)] * 3


def test_one_robot_and_a_batch_agree(folder):
    single, batch = load_policy(folder), load_policy(folder)
    batch.reset(3)
    for step in range(6):
        angles = np.array([np.sin(step), np.cos(step)])
        one = single.act({"angles": angles, "weight": 0.5})
        many = batch.act({"angles": np.tile(angles, (3, 1)), "weight": np.full((3, 1), 0.5)})
        assert many.shape == (3, 2)
        np.testing.assert_allclose(many, np.tile(one, (3, 1)), atol=1e-4)


def test_reset_forgets_the_episode(folder):
    policy = load_policy(folder)
    first = policy.act(OBSERVATION)
    policy.act({"angles": np.array([2.0, 2.0]), "weight": 0.9})
    assert not np.allclose(policy.act(OBSERVATION), first)
    policy.reset()
    np.testing.assert_array_equal(policy.act(OBSERVATION), first)


def test_what_was_executed_is_told_in_the_same_units(folder):
    told, untold = load_policy(folder), load_policy(folder)
    for policy in (told, untold):
        policy.executed(policy.act(OBSERVATION))
    np.testing.assert_array_equal(told.act(OBSERVATION), untold.act(OBSERVATION))
    with pytest.raises(ObservationError, match="shape"):
        told.executed(np.zeros(3))


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        ({"angles": [0.0, 0.0]}, "no field 'weight'"),
        ({"angles": [0.0, 0.0, 0.0], "weight": 1.0}, "angles"),
        ({"angles": [0.0, np.nan], "weight": 1.0}, "NaN"),
        ({"angles": "left", "weight": 1.0}, "numbers"),
        ({"angles": np.zeros((2, 2)), "weight": np.zeros((2, 1))}, "reset"),
    ],
)
def test_bad_observations_are_refused_in_a_sentence(folder, observation, words):
    with pytest.raises(ObservationError, match=words):
        load_policy(folder).act(observation)


def test_bad_resets_are_refused(folder):
    policy = load_policy(folder)
    with pytest.raises(ObservationError, match="at least 1"):
        policy.reset(0)
    with pytest.raises(ObservationError, match="place 3"):
        policy.reset(2, ids=[3])


def test_episodes_in_different_units_are_not_mixed():
    first, second = make_arm(0), make_arm(1)
    other = replace(second, info=replace(second.info, action_units=Degrees(scale=(1.0, 1.0))))
    with pytest.raises(DatasetError, match="other units"):
        Dataset.from_episodes([first, other])


def filmed_arm(seed: int) -> Arm:
    """An arm that two cameras look at; what they see is random."""
    arm = make_arm(seed)
    rng = np.random.default_rng(seed)
    images = {
        name: rng.integers(0, 256, (25, 16, 16, 3), dtype=np.uint8) for name in ("top", "hand")
    }
    return replace(arm, observations={**arm.observations, **images})


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    preset = get_preset("cameras")
    configuration = replace(
        preset,
        training=replace(preset.training, steps=3, batch=4),
        head=replace(preset.head, chunk=4),
    )
    data = Dataset.from_episodes([filmed_arm(i) for i in range(4)])
    trainer = Trainer(data, configuration, "cpu")
    for _ in range(trainer.total_steps):
        trainer.update()
    return load_policy(save_checkpoint(tmp_path_factory.mktemp("seeing") / "run", trainer))


ANGLES = {"angles": np.array([0.3, -0.2]), "weight": 0.5}


def image(side: int, value: int = 90) -> np.ndarray:
    return np.full((side, 2 * side, 3), value, np.uint8)


def test_a_policy_of_cameras_takes_images_of_any_size(seeing):
    assert seeing.fields == {"angles": 2, "weight": 1}
    assert seeing.cameras == {"top": (16, 16), "hand": (16, 16)}
    seeing.reset()
    small = seeing.act({**ANGLES, "top": image(16), "hand": image(8)})
    assert small.shape == (2,)
    seeing.reset()
    large = seeing.act({**ANGLES, "top": image(240), "hand": image(31)})
    np.testing.assert_allclose(small, large, rtol=1e-5)
    seeing.reset(2)
    both = {"angles": np.stack([ANGLES["angles"]] * 2), "weight": np.array([[0.5], [0.5]])}
    both |= {name: np.stack([image(16), image(16)]) for name in seeing.cameras}
    np.testing.assert_allclose(seeing.act(both), np.stack([small, small]), rtol=1e-4)


def test_a_camera_that_stopped_is_named_and_survived(seeing):
    seeing.reset()
    whole = seeing.act({**ANGLES, "top": image(16), "hand": image(16)})
    assert seeing.lost == ()
    half = seeing.act({**ANGLES, "top": image(16)})
    assert seeing.lost == ("hand",)
    assert np.isfinite(half).all() and whole.shape == half.shape
    with pytest.raises(ObservationError, match=r"no image of any camera; .* looks at: top, hand"):
        seeing.act(ANGLES)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((16, 16, 3)),
        np.zeros((16, 16), np.uint8),
        np.zeros((16, 16, 1), np.uint8),
        np.zeros((3, 16, 16), np.uint8),
    ],
)
def test_what_is_no_image_is_refused(seeing, wrong):
    seeing.reset()
    with pytest.raises(ObservationError, match=r"images 'top' are .*; expected uint8"):
        seeing.act({**ANGLES, "top": wrong, "hand": image(16)})


def test_planning_can_aim_at_a_picture_of_the_goal(seeing):
    planner = DeployedPolicy(seeing.checkpoint, "plan")
    here = {**ANGLES, "top": image(16), "hand": image(16)}
    there = {**ANGLES, "top": image(16, 250), "hand": image(16, 10)}

    def chosen(goal=None):
        planner.reset()
        planner.aim(goal)
        return planner.act(here)

    usual = chosen()
    assert not np.array_equal(chosen(there), usual)
    assert planner._policy._aims.shape == (1, planner.checkpoint.model.encoder.latent)
    assert np.array_equal(chosen(), usual), "None gives the goal map back"
    with pytest.raises(PolicyError, match="only latent planning can aim at a picture"):
        seeing.aim(there)


def test_images_of_another_number_of_robots_are_refused(seeing):
    seeing.reset(2)
    two = {"angles": np.zeros((2, 2)), "weight": np.zeros((2, 1))}
    three = np.stack([image(16)] * 3)
    with pytest.raises(ObservationError, match=r"'top' has shape \(3, .*expected \(2, 16, 16, 3\)"):
        seeing.act({**two, "top": three, "hand": three[:2]})
    with pytest.raises(ObservationError, match="of one robot and others of several; give each"):
        seeing.act({**two, "top": three[:2], "hand": image(16)})
    with pytest.raises(ObservationError, match="of one robot and others of several; give each"):
        seeing.act({**two, "top": image(16), "hand": image(16)})


@pytest.mark.parametrize(("others", "lost"), [({}, ()), ({"top": 1}, ("top_image",))])
def test_a_camera_goes_by_its_own_name_unless_a_field_has_it(tmp_path, others, lost):
    arms = []
    for arm in (make_arm(0), make_arm(1)):
        images = {"top_image": np.zeros((25, 16, 16, 3), np.uint8)}
        images |= {"hand_image": np.zeros((25, 16, 16, 3), np.uint8)}
        vectors = {name: np.ones((25, size), np.float32) for name, size in others.items()}
        arms.append(replace(arm, observations={**arm.observations, **vectors, **images}))
    trainer = Trainer(Dataset.from_episodes(arms), get_preset("cameras"), "cpu")
    policy = load_policy(save_checkpoint(tmp_path / "run", trainer))
    given = {**ANGLES, "hand": image(16), "top": 1.0 if others else image(16)}
    policy.act(given)
    assert policy.lost == lost
