"""Pictures put into recordings that are edited at the same time."""

import numpy as np
import pytest

from core.data import Workspace, read_episode, scripted_episode
from core.exchange import filming
from core.simulation import demonstrate


@pytest.fixture
def workspace(tmp_path):
    made = Workspace(tmp_path / "workspace")
    for rollout in demonstrate("reach", 2):
        made.library.add(scripted_episode(rollout))
    return made


def interrupted(monkeypatch, act):
    """Have `act` happen once while pictures are drawn."""
    draw, left = filming.Studio.draw, [act]

    def drawing(self, task, state, camera):
        if left:
            left.pop()()
        return draw(self, task, state, camera)

    monkeypatch.setattr(filming.Studio, "draw", drawing)


def test_a_label_given_while_pictures_are_drawn_is_kept(workspace, monkeypatch):
    path = workspace.library.paths()[0]
    interrupted(monkeypatch, lambda: workspace.library.editor.relabel(path.stem, False))
    results = list(filming.render_images(path, ("wrist",), 16))
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
    assert [r.problem for r in filming.render_images(path, ("wrist",), 16)] == [None]
    episode = read_episode(path)
    np.testing.assert_array_equal(episode.actions, whole.actions[3:9])
    assert len(episode.images["wrist_image"]) == 6


def test_a_recording_deleted_while_pictures_are_drawn_stays_deleted(workspace, monkeypatch):
    path, other = workspace.library.paths()
    interrupted(monkeypatch, lambda: workspace.library.editor.delete(path.stem))
    results = list(filming.render_images(path.parent, ("wrist",), 16))
    assert "was deleted while its images were drawn" in results[0].problem
    assert results[1].pictures > 0
    assert workspace.library.paths() == [other]
