"""Pictures put into recordings that are edited at the same time."""

from dataclasses import replace

import numpy as np
import pytest

from core.data import Workspace, read_episode, scripted_episode, write_episode
from core.exchange.rendering import render_images
from core.images.making import Drawer
from core.simulation import PolicyCameras, demonstrate, image_field


@pytest.fixture
def workspace(tmp_path):
    made = Workspace(tmp_path / "workspace")
    for rollout in demonstrate("reach", 2):
        made.library.add(scripted_episode(rollout))
    return made


def interrupted(monkeypatch, act):
    """Have `act` happen once while pictures are drawn."""
    draw, left = Drawer.draw, [act]

    def drawing(self, task, states, fields):
        if left:
            left.pop()()
        return draw(self, task, states, fields)

    monkeypatch.setattr(Drawer, "draw", drawing)


def test_a_label_given_while_pictures_are_drawn_is_kept(workspace, monkeypatch):
    path = workspace.library.paths()[0]
    interrupted(monkeypatch, lambda: workspace.library.editor.relabel(path.stem, False))
    results = list(render_images(path, ("wrist",), 16))
    assert [result.problem for result in results] == [None]
    episode = read_episode(path)
    assert episode.info.success is False
    assert episode.images["wrist_image"].shape == (len(episode), 16, 16, 3)


def test_a_recording_cut_while_pictures_are_drawn_gets_those_of_what_is_left(
    workspace, monkeypatch
):
    path = workspace.library.paths()[0]
    whole = read_episode(path)
    interrupted(monkeypatch, lambda: workspace.library.editor.trim(path.stem, 3, 9))
    assert [r.problem for r in render_images(path, ("wrist",), 16)] == [None]
    episode = read_episode(path)
    np.testing.assert_array_equal(episode.actions, whole.actions[3:9])
    assert len(episode.images["wrist_image"]) == 6


def test_a_recording_deleted_while_pictures_are_drawn_stays_deleted(workspace, monkeypatch):
    path, other = workspace.library.paths()
    interrupted(monkeypatch, lambda: workspace.library.editor.delete(path.stem))
    results = list(render_images(path.parent, ("wrist",), 16, processes=1))
    assert "was deleted while its images were drawn" in results[0].problem
    assert results[1].pictures > 0
    assert workspace.library.paths() == [other]


def test_images_are_those_of_policies_and_say_so(workspace):
    """Several processes draw; what is there already is left alone, also where it is of old."""
    paths = workspace.library.paths()
    results = list(render_images(workspace.library.folder, ("wrist",), 16, processes=2))
    assert sorted(result.path for result in results) == paths
    assert [result.problem for result in results] == [None, None]
    field = image_field("wrist", 16)
    for path in paths:
        episode = read_episode(path)
        assert episode.info.declared == (field,) and field in episode.fields
        with PolicyCameras("reach", (field,)) as cameras:
            expected = cameras.render(episode.states)["wrist_image"]
        np.testing.assert_array_equal(episode.images["wrist_image"], expected)
    before = paths[0].read_bytes()
    again = list(render_images(workspace.library.folder, ("wrist",), 16, processes=2))
    assert [result.pictures for result in again] == [0, 0]
    assert paths[0].read_bytes() == before
    (larger,) = render_images(paths[0], ("wrist", "workspace"), 32)
    episode = read_episode(paths[0])
    assert larger.pictures == 2 * len(episode)
    assert set(episode.info.declared) == {image_field("wrist", 32), image_field("workspace", 32)}


def test_images_drawn_before_there_was_a_version_are_drawn_again(workspace):
    path = workspace.library.paths()[0]
    episode = read_episode(path)
    old = np.zeros((len(episode), 16, 16, 3), np.uint8)
    info = replace(episode.info, images=("wrist_image",))
    episode = replace(episode, info=info, images={"wrist_image": old})
    write_episode(path.parent, episode, replace=True)
    (result,) = render_images(path, ("wrist",), 16)
    assert result.pictures == len(episode)
    assert read_episode(path).images["wrist_image"].any()


def test_a_process_that_cannot_draw_says_why(workspace, monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "glfw")
    monkeypatch.setenv("DISPLAY", ":none")
    results = list(render_images(workspace.library.folder, ("wrist",), 16, processes=2))
    assert len(results) == 2
    assert all("no OpenGL context could be made" in result.problem for result in results)
