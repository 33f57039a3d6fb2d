import shutil
from dataclasses import replace

import numpy as np
import pytest

from core import simulation
from core.data import Workspace, list_episodes, read_episode
from core.learning import Dataset, Trainer, get_preset, save_checkpoint


@pytest.fixture(scope="module")
def rendered(run, demonstrations, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    shutil.copytree(demonstrations / "episodes", folder / "episodes", dirs_exist_ok=True)
    for path in Workspace(folder).library.paths()[2:]:
        path.unlink()
    result = run("render", folder, "--camera", "workspace", "--size", 32)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("saved ") == 2
    return folder


def test_images_show_the_states(rendered, demonstrations):
    for path in Workspace(rendered).library.paths():
        episode = read_episode(path)
        pictures = episode.images["workspace_image"]
        assert (pictures.shape, pictures.dtype) == ((len(episode), 32, 32, 3), np.uint8)
        field = simulation.image_field("workspace", 32)
        with simulation.PolicyCameras("reach", (field,)) as cameras:
            np.testing.assert_array_equal(pictures, cameras.render(episode.states)[field.name])
        before = Workspace(demonstrations).library.read(path.stem)
        np.testing.assert_array_equal(episode.states, before.states)
        np.testing.assert_array_equal(episode.actions, before.actions)


def test_drawing_again_changes_nothing_and_another_camera_is_added(run, rendered, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(rendered, folder)
    paths = Workspace(folder).library.paths()
    before = [path.read_bytes() for path in paths]
    result = run("render", folder, "--camera", "workspace", "--size", 32)
    assert (result.returncode, result.stdout) == (0, "")
    assert [path.read_bytes() for path in paths] == before
    result = run("render", paths[0], "--camera", "workspace", "wrist", "--size", 32)
    assert (result.returncode, result.stdout) == (0, f"saved {paths[0]}\n")
    episode = read_episode(paths[0])
    assert episode.info.images == ("workspace_image", "wrist_image")
    assert paths[1].read_bytes() == before[1]


def test_what_cannot_be_drawn_is_said(run, rendered, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(rendered, folder)
    path = Workspace(folder).library.paths()[0]
    path.write_bytes(path.read_bytes()[:-50])
    result = run("render", folder, "--camera", "wrist", "--size", 16)
    assert result.returncode == 0
    assert "left out: " in result.stderr
    assert "1 recordings drawn, 0 had their images already, 1 left out" in result.stderr
    for arguments, code in (((tmp_path / "nowhere",), 1), ((folder, "--size", 4), 2)):
        failed = run("render", *arguments)
        assert failed.returncode == code
        assert failed.stderr.startswith("python -m core: error: ")


def test_films_of_episodes(run, rendered, tmp_path):
    import av

    size = ("--width", 64, "--height", 48)
    result = run("video", rendered, tmp_path / "a.mp4", *size)
    assert (result.returncode, result.stdout) == (0, f"saved {tmp_path / 'a.mp4'}\n")
    with av.open(str(tmp_path / "a.mp4")) as container:
        count = sum(1 for _ in container.decode(video=0))
    assert count == sum(e.info.steps for e in list_episodes(rendered))
    path = Workspace(rendered).library.paths()[0]
    assert run("video", path, tmp_path / "a.gif", *size, "--camera", "wrist").returncode == 0
    assert (tmp_path / "a.gif").stat().st_size > 1000
    for arguments, code, words in (
        ((path, tmp_path / "a.gif"), 1, "exists already"),
        ((path, tmp_path / "a.avi"), 1, "expected .mp4 or .gif"),
        ((path, tmp_path / "b.gif", "--camera", "side"), 1, "unknown camera"),
        ((path, tmp_path / "b.gif", "--width", 5), 2, "--width is 5"),
    ):
        failed = run("video", *arguments)
        assert (failed.returncode, failed.stdout) == (code, "")
        assert words in failed.stderr
        assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "b.gif").exists()


def test_a_film_of_a_policy_at_work(run, demonstrations, tmp_path):
    import av

    small = ["--encoder.latent", 8, "--encoder.hidden", 8, "--belief.size", 8, "--head.hidden", 8]
    checkpoint = tmp_path / "run"
    result = run(
        "train", demonstrations, "--out", checkpoint, "--steps", 3, *small,
        "--training.batch", 2, "--training.window", 8,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    result = run(
        "video", checkpoint, tmp_path / "a.mp4", "--width", 64, "--height", 48, "--steps", 9
    )
    assert result.returncode == 0, result.stderr
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 10
    assert np.abs(frames[-1].astype(int) - frames[0]).max() > 10  # it moved


def test_a_film_of_a_policy_that_sees(run, demonstrations, tmp_path):
    """It is given the images that it was trained on, whatever camera the film is taken with."""
    field = simulation.image_field("wrist", 16)
    episodes = []
    with simulation.PolicyCameras("reach", (field,)) as cameras:
        for path in Workspace(demonstrations).library.paths()[:2]:
            episode = read_episode(path)
            images = cameras.render(episode.states)
            info = replace(episode.info, images=tuple(images), declared=(field,))
            episodes.append(replace(episode, info=info, images=images))
    settings = get_preset("cameras")
    settings = replace(settings, training=replace(settings.training, batch=4))
    trainer = Trainer(Dataset.from_episodes(episodes), settings, "cpu")
    trainer.update()
    save_checkpoint(tmp_path / "run", trainer)
    result = run(
        "video", tmp_path / "run", tmp_path / "a.gif", "--width", 64, "--height", 48, "--steps", 4
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "a.gif").stat().st_size > 500
