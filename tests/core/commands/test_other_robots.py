"""Data of other robots with images: imported, learned from, and answered with the robot's names."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.data import Episode, EpisodeInfo, write_episode
from core.policies import load_policy
from core.spec import Actions

STEPS = 10
SIZES = {"front_image": (24, 32), "wrist_image": (12, 16)}
FEW = ("--steps", 2, "--training.batch", 4)


def robot_episode(number: int, sizes=SIZES, *, black: int | None = None) -> Episode:
    """A robot of two joints [degree] with a gripper, and cameras of `sizes` {name: (h, w)}."""
    random = np.random.default_rng(number)
    images = {n: random.integers(1, 256, (STEPS, *s, 3), np.uint8) for n, s in sizes.items()}
    if black is not None:
        images["front_image"][black:] = 0
    info = EpisodeInfo(
        identifier=f"robot-{number}",
        task="pick",
        success=True,
        operator="unknown",
        control_rate=10.0,
        measured_rate=None,
        seed=None,
        created="2026-01-01T00:00:00.000+00:00",
        steps=STEPS,
        model_hash="none",
        versions={},
        fields=("state", "object"),
        images=tuple(images),
        action_units=Actions(("shoulder", "elbow"), offset=(10.0, 0.0), scale=(90.0, 1.0)),
    )
    return Episode(
        info,
        {name: random.normal(size=(STEPS, 2)).astype(np.float32) for name in info.fields},
        actions=random.uniform(-1, 1, (STEPS, 2)).astype(np.float32),
        rewards=np.zeros(STEPS, np.float32),
        dones=np.eye(STEPS, dtype=np.uint8)[-1],
        states=np.zeros((STEPS, 0)),
        interventions=np.zeros(STEPS, np.bool_),
        images=images,
    )


@pytest.fixture
def recorded(tmp_path) -> Callable[..., Path]:
    """Writes three episodes, some of them other than usual: {number: options}."""

    def write(**others) -> Path:
        for number in range(3):
            options = others.get(f"number_{number}", {})
            write_episode(tmp_path / "robot" / "episodes", robot_episode(number, **options))
        return tmp_path / "robot"

    return write


@pytest.fixture
def train(run, tmp_path):
    """Trains for a few updates on a folder; returns what the program said."""

    def start(folder, *arguments):
        return run("train", folder, "--out", tmp_path / "run", *FEW, *arguments)

    return start


def image(height: int, width: int, value: int = 90) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_lerobot_set_with_two_cameras_trains_and_answers(run, recorded, train, tmp_path):
    exported = run("export", "lerobot", recorded(), tmp_path / "theirs")
    assert exported.returncode == 0, exported.stderr
    imported = run("import", "lerobot", tmp_path / "theirs", tmp_path / "again")
    assert imported.returncode == 0, imported.stderr
    result = train(tmp_path / "again", "--senses", "cameras")
    assert result.returncode == 0, result.stderr
    (line,) = [line for line in result.stderr.splitlines() if "senses" in line]
    assert line == (
        "The policy senses state, object, front_image and wrist_image. Images are resized: "
        "front_image from 24 × 32 to 64 × 64 and wrist_image from 12 × 16 to 64 × 64. Actions are "
        "scaled to [-1, 1]: shoulder. --senses NAME … chooses otherwise."
    )
    policy = load_policy(tmp_path / "run")
    assert policy.action_names == ("shoulder", "elbow")
    vectors = {"state": np.zeros(2), "object": np.ones(2)}
    by_camera = policy.act({"front": image(24, 32), "wrist": image(12, 16, 30), **vectors})
    policy.reset()
    fields = {"front_image": image(240, 320), "wrist_image": image(48, 64, 30)}
    np.testing.assert_allclose(policy.act({**fields, **vectors}), by_camera, rtol=1e-4)
    assert policy.lost == ()
    assert 10 - 90 <= by_camera[0] <= 10 + 90


def robomimic_file(path: Path) -> Path:
    """A file of a simulated arm, whose `object` is the true pose of what it grasps."""
    random = np.random.default_rng(3)
    with h5py.File(path, "w") as file:
        file.create_group("data").attrs["env_args"] = json.dumps(
            {"env_name": "Lift", "type": 1, "env_kwargs": {"control_freq": 20}}
        )
        for number in range(3):
            demo = file.create_group(f"data/demo_{number}")
            demo.attrs["num_samples"] = STEPS
            demo["actions"] = random.uniform(-1, 1, (STEPS, 7))
            demo["rewards"] = np.eye(STEPS)[-1]
            demo["obs/object"] = random.normal(size=(STEPS, 10))
            demo["obs/robot0_eef_pos"] = random.normal(size=(STEPS, 3))
            demo["obs/robot0_gripper_qpos"] = random.normal(size=(STEPS, 2))
            demo["obs/agentview_image"] = random.integers(1, 256, (STEPS, 84, 84, 3), np.uint8)
    return path


def test_a_robomimic_file_with_images_says_that_it_senses_the_true_pose(run, train, tmp_path):
    imported = run("import", "robomimic", robomimic_file(tmp_path / "a.hdf5"), tmp_path / "lift")
    assert imported.returncode == 0, imported.stderr
    result = train(tmp_path / "lift", "--senses", "cameras")
    assert result.returncode == 0, result.stderr
    assert (
        "The policy senses object, robot0_eef_pos, robot0_gripper_qpos and agentview_image. Images "
        "are resized: agentview_image from 84 × 84 to 64 × 64. --senses NAME … chooses otherwise."
    ) in result.stderr
    policy = load_policy(tmp_path / "run")
    seen = {"agentview": image(84, 84), "object": np.zeros(10), "robot0_eef_pos": np.zeros(3)}
    assert policy.act({**seen, "robot0_gripper_qpos": np.zeros(2)}).shape == (7,)


def test_the_true_pose_is_left_out_by_naming_the_rest(run, train, tmp_path):
    run("import", "robomimic", robomimic_file(tmp_path / "a.hdf5"), tmp_path / "lift")
    result = train(tmp_path / "lift", "--senses", "agentview_image", "robot0_eef_pos")
    assert result.returncode == 0, result.stderr
    assert "It does not sense object and robot0_gripper_qpos." in result.stderr
    policy = load_policy(tmp_path / "run")
    assert policy.fields == {"robot0_eef_pos": 3}
    assert policy.act({"agentview": image(84, 84), "robot0_eef_pos": np.zeros(3)}).shape == (7,)


def test_without_cameras_the_images_are_named_as_left_out(recorded, train):
    result = train(recorded(), "--senses", "state", "--observer.kind", "none")
    assert result.returncode == 0, result.stderr
    assert (
        "The policy senses state and object. It does not sense front_image and wrist_image. "
    ) in result.stderr


def test_what_the_observer_alone_looks_at_is_said(recorded, train):
    result = train(recorded(), "--senses", "state", "--encoder.ignored", "object")
    assert result.returncode == 0, result.stderr
    assert "The policy senses state and object. Only its observer looks at object." in result.stderr


def test_a_field_called_state_is_sensed_alone_by_ignoring_the_others(recorded, train):
    """LeRobot calls its field so, and the group of all vector fields has that name too."""
    result = train(recorded(), "--senses", "front_image", "state", "--encoder.ignored", "object")
    assert result.returncode == 0, result.stderr
    assert "The policy senses state and front_image. It does not sense object and" in result.stderr


def test_images_of_another_size_in_some_episodes_are_resized(recorded, train):
    others = {"front_image": (40, 30), "wrist_image": (64, 64)}
    result = train(recorded(number_2={"sizes": others}), "--senses", "cameras")
    assert result.returncode == 0, result.stderr
    assert (
        "front_image from 24 × 32 and 40 × 30 to 64 × 64 and wrist_image from 12 × 16 to 64 × 64."
    ) in result.stderr


def test_black_images_are_a_warning(recorded, train):
    result = train(recorded(number_1={"black": 4}), "--senses", "cameras")
    assert result.returncode == 0, result.stderr
    assert (
        "warning: robot-1: 6 of 10 images 'front_image' are black, the first at step 4;"
        in result.stderr
    )


def test_an_episode_without_a_camera_is_named_unless_the_camera_is_not_chosen(recorded, train):
    folder = recorded(number_1={"sizes": {"front_image": (24, 32)}})
    refused = train(folder, "--senses", "cameras")
    assert refused.returncode == 1
    assert (
        "error: 1 of 3 recordings lack images that the policy is to sense (wrist_image): robot-1. "
        "Leave these recordings out, or let the policy sense only cameras that all have "
        "(front_image)"
    ) in refused.stderr
    result = train(folder, "--senses", "front_image", "object")
    assert result.returncode == 0, result.stderr
    assert "It does not sense state and wrist_image." in result.stderr


def test_recordings_of_different_cameras_are_refused(recorded, train):
    others = {"sizes": {"top_image": (8, 8)}}
    refused = train(recorded(number_0=others, number_2=others), "--senses", "cameras")
    assert refused.returncode == 1
    assert (
        "3 of 3 recordings lack images that the policy is to sense (top_image, front_image, "
        "wrist_image): robot-0, robot-1, robot-2. Leave these recordings out, or let the policy "
        "sense none"
    ) in refused.stderr


@pytest.mark.parametrize(
    ("options", "arguments", "words"),
    [
        (
            {},
            ("--senses", "side_image", "state"),
            "there is no field 'side_image' to sense; choose among: state, cameras, cameras+force, "
            "object, front_image, wrist_image",
        ),
        ({"sizes": {}}, ("--senses", "cameras"), "robot-0 has no images; import its images too"),
        (
            {},
            ("--senses", "cameras", "--encoder.weights", "some.safetensors"),
            "the encoder 'cnn' starts from random weights; encoder.weights needs resnet18, vit_s",
        ),
        (
            {},
            ("--senses", "front_image", "state", "--preset", "default"),
            "'mlp' takes no images (front_image); choose the preset cameras",
        ),
    ],
)
def test_what_cannot_be_sensed_is_a_sentence(recorded, train, tmp_path, options, arguments, words):
    everywhere = {f"number_{number}": options for number in range(3)}
    refused = train(recorded(**everywhere), *arguments)
    assert refused.returncode == 1
    assert words in refused.stderr and "Traceback" not in refused.stderr
    assert not (tmp_path / "run").exists()


def refusals(run, folder: Path) -> list[str]:
    """What `evaluate` and `video` say of a checkpoint, which they must refuse."""
    commands = [("evaluate", folder), ("video", folder, folder.parent / "out.gif")]
    results = [run(*command) for command in commands]
    assert [result.returncode for result in results] == [1, 1]
    assert not list(folder.parent.glob("*.gif"))
    return [result.stderr for result in results]


def test_a_policy_of_another_task_is_driven_in_no_scene(run, recorded, train, tmp_path):
    assert train(recorded(), "--senses", "cameras").returncode == 0
    for said in refusals(run, tmp_path / "run"):
        assert "unknown task 'pick'; tasks: reach" in said


def test_cameras_that_the_scene_lacks_are_named(run, train, tmp_path):
    for number in range(2):
        episode = robot_episode(number)
        hand = {"end_effector_position": np.zeros((STEPS, 3), np.float32)}
        info = replace(episode.info, task="reach", fields=tuple(hand), control_rate=20.0)
        write_episode(tmp_path / "robot", replace(episode, info=info, observations=hand))
    assert train(tmp_path / "robot", "--senses", "cameras").returncode == 0
    for said in refusals(run, tmp_path / "run"):
        assert "no camera" in said and "front" in said


def test_images_of_another_rendering_version_are_refused(run, demonstrations, train, tmp_path):
    trained = train(demonstrations, "--senses", "cameras")
    assert trained.returncode == 0, trained.stderr
    alter(tmp_path / "run" / "checkpoint.json", {"rendering": 99})
    for said in refusals(run, tmp_path / "run"):
        assert "version 99" in said


def alter(file: Path, change: dict[str, object]) -> None:
    """Change the description of the wrist camera's images in a checkpoint."""
    description = json.loads(file.read_text())
    for field in description["spec"]["fields"]:
        if field["name"] == "wrist_image":
            field.update(change)
    file.write_text(json.dumps(description))
