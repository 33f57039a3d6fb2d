"""A training gets the images that its policy senses, and draws those that are missing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data import read_episode
from core.learning import LearningError, load_checkpoint, resume_training
from core.learning.presets import get_preset
from core.runs import TrainingRequest
from core.runs.images import wanted_images, with_images
from core.runs.run import TrainingRun
from core.simulation import PolicyCameras, image_field


@pytest.fixture
def small():
    """Makes the preset cameras with few updates of few windows."""

    def make(**encoder):
        c = get_preset("cameras")
        training = replace(c.training, steps=2, batch=4)
        return replace(c, training=training, encoder=replace(c.encoder, **encoder))

    return make


def trained(recordings, folder, configuration) -> TrainingRun:
    run = TrainingRun.prepare(TrainingRequest(recordings, folder, configuration, device="cpu"))
    run.train(lambda _: None)
    return run


def test_missing_images_are_drawn_and_the_policy_senses_them(recordings, tmp_path, small):
    done = []
    request = TrainingRequest(recordings, tmp_path / "run", small(), device="cpu")
    run = TrainingRun.prepare(request, None, lambda *progress: done.append(progress))
    assert done[-1] == (3, 3)
    again = []
    TrainingRun.prepare(request, None, lambda *progress: again.append(progress))
    assert not again, "they are drawn once"
    data = run.trainer.dataset.demonstrations
    first = read_episode(recordings[0], images=False)
    with PolicyCameras("reach", (image_field("wrist"),)) as cameras:
        expected = cameras.render(first.states)["wrist_image"]
    shown = data.observations[: len(first)]["wrist_image"].numpy()
    assert np.array_equal(shown, expected)
    run.train(lambda _: None)
    spec = load_checkpoint(run.save()).spec
    senses = {"workspace_image", "wrist_image", "end_effector_position", "goal_position"}
    assert senses < set(spec.senses) and "joint_positions" not in spec.senses
    assert [f.rendering > 0 for f in spec.fields if f.kind == "image"] == [True, True]


@pytest.mark.parametrize(
    ("senses", "size", "expected"),
    [
        (("state",), 64, {}),
        (("cameras",), 96, {"workspace_image": 96, "wrist_image": 96}),
        (("wrist_image", "gripper_opening"), 64, {"wrist_image": 64}),
    ],
)
def test_only_what_is_sensed_is_wanted(recordings, small, senses, size, expected):
    info = read_episode(recordings[0], images=False).info
    fields = wanted_images(info, small(senses=senses, image_size=size).encoder)
    assert {field.name: field.shape[0] for field in fields} == expected


def test_forces_are_sensed_with_their_history(recordings, tmp_path, small):
    run = trained(recordings, tmp_path / "run", small(senses=("cameras+force",)))
    demanded = {field.name: field.size for field in run.trainer.model.spec.demanded}
    assert demanded["wrist_force"] == demanded["wrist_torque"] == 3
    modality = run.trainer.model.encoder.modalities["force"]
    assert modality.layers[0].in_features == 2 * 8 * 3


def test_held_out_demonstrations_have_images_too(recordings, tmp_path, small):
    request = TrainingRequest(
        recordings[:2], tmp_path / "run", small(), device="cpu", held_out=recordings[2:]
    )
    run = TrainingRun.prepare(request)
    found = []
    run.train(lambda report: found.append(report.held_out))
    assert found[-1] is not None and found[-1]["action"] > 0


def test_a_training_from_images_is_resumed(recordings, tmp_path, small):
    run = trained(recordings, tmp_path / "run", small())
    episodes = with_images(
        [read_episode(path, images=False) for path in recordings], recordings, small().encoder
    )
    folder = run.save()
    resumed = resume_training(folder, type(run.trainer.dataset).from_episodes(episodes), "cpu")
    assert resumed.step == 2
    for name, weight in run.trainer.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], weight), name


def test_replays_of_camera_demonstrations_are_refused(recordings, tmp_path, small):
    c = small()
    c = replace(c, training=replace(c.training, replays=1))
    with pytest.raises(LearningError, match=r"replays have no images; set training\.replays to 0"):
        TrainingRun.prepare(TrainingRequest(recordings, tmp_path / "run", c, device="cpu"))


def test_recordings_of_another_robot_are_not_mixed_with_the_arms(recordings, small):
    episodes = [read_episode(path, images=False) for path in recordings]
    other = replace(episodes[1].info, identifier="other", model_hash="none", images=("top",))
    mixed = [episodes[0], replace(episodes[1], info=other)]
    with pytest.raises(LearningError, match=r"1 of 2 recordings lack images .*\(top\): reach-"):
        with_images(mixed, recordings[:2], small().encoder)


def test_a_run_says_what_its_policy_senses(recordings, tmp_path, small):
    run = TrainingRun.prepare(TrainingRequest(recordings, tmp_path / "run", small(), device="cpu"))
    sensing = run.prepared.sensing
    assert {"workspace_image", "wrist_image", "goal_position"} < set(sensing.senses)
    assert "joint_positions" in sensing.left_out
    assert sensing.resized == sensing.scaled == run.prepared.warnings == ()
