"""Images of recordings for a training: drawn, copied or resized once."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from core.data import StorageError, Workspace, read_episode, write_episode
from core.data.writer import refused
from core.exchange.rendering import render_images
from core.images import ImagesError, images_for
from core.images.cache import FOLDER
from core.learning.dataset.resizing import resized
from core.simulation import PolicyCameras, image_field
from core.spec import Field
from core.versions import RENDERING

FIELDS = (image_field("workspace", 16), image_field("wrist", 24))
FRONT = Field("front", (16, 16, 3), "image")


def drawn(episode, fields=FIELDS):
    with PolicyCameras(episode.info.task, fields) as cameras:
        return cameras.render(episode.states)


def files(path):
    return sorted((path.parent / FOLDER).rglob("*.npy"))


def test_missing_images_are_drawn_once_and_mapped(paths, episodes):
    said = []
    found = images_for(paths, episodes, FIELDS, on_progress=lambda *n: said.append(n), processes=2)
    assert said == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for place, episode in enumerate(episodes):
        for name, expected in drawn(episode).items():
            images = found[name][place]
            assert isinstance(images, np.memmap) and not images.flags.writeable
            np.testing.assert_array_equal(images, expected)
    folders = {file.parent.name for file in files(paths[0])}
    assert folders == {f"workspace_image-16-r{RENDERING}", f"wrist_image-24-r{RENDERING}"}
    stamps = [file.stat().st_mtime_ns for file in files(paths[0])]
    said.clear()
    images_for(paths, episodes, FIELDS, on_progress=lambda *n: said.append(n))
    assert said == [] and [file.stat().st_mtime_ns for file in files(paths[0])] == stamps


def test_a_label_keeps_the_images_and_a_cut_draws_them_again(paths, episodes):
    fields = FIELDS[:1]
    images_for(paths, episodes, fields)
    before = files(paths[0])
    library = Workspace(paths[0].parents[1]).library
    library.editor.relabel(paths[0].stem, False)
    images_for(paths, [read_episode(path, images=False) for path in paths], fields)
    assert files(paths[0]) == before
    library.editor.trim(paths[0].stem, 2, 6)
    cut = read_episode(paths[0], images=False)
    found = images_for(paths, [cut, *episodes[1:]], fields)
    np.testing.assert_array_equal(
        found["workspace_image"][0], drawn(cut, fields)["workspace_image"]
    )
    after = files(paths[0])
    assert len(after) == 3 and after[1:] == before[1:] and after[0] != before[0]
    library.editor.delete(paths[1].stem)
    library.editor.trim(paths[0].stem, 0, 3)
    cut = read_episode(paths[0], images=False)
    images_for(paths[:1], [cut], fields)
    assert len(files(paths[0])) == 2  # of the deleted recording nothing is left


def test_images_that_a_recording_carries_are_taken(paths, episodes, monkeypatch):
    list(render_images(paths[0], ("workspace",), 16))
    carrying = read_episode(paths[0], images=False)
    monkeypatch.setenv("MUJOCO_GL", "glfw")  # which cannot draw here
    monkeypatch.setenv("DISPLAY", ":none")
    found = images_for(paths[:1], [carrying], FIELDS[:1])
    np.testing.assert_array_equal(
        found["workspace_image"][0], read_episode(paths[0]).images["workspace_image"]
    )
    with pytest.raises(ImagesError, match=rf"no images of {paths[1].stem}: no OpenGL context"):
        images_for(paths[1:2], episodes[1:2], FIELDS[:1])


def test_images_of_an_earlier_program_are_drawn_anew(paths, episodes):
    """They look different, and a policy will not see them when it drives."""
    old = np.full((len(episodes[0]), 16, 16, 3), 7, np.uint8)
    info = replace(episodes[0].info, images=("workspace_image",))
    episode = replace(episodes[0], info=info, images={"workspace_image": old})
    write_episode(paths[0].parent, episode, replace=True)
    read = read_episode(paths[0], images=False)
    found = images_for(paths[:1], [read], FIELDS[:1])
    np.testing.assert_array_equal(
        found["workspace_image"][0], drawn(episodes[0], FIELDS[:1])["workspace_image"]
    )


def test_images_of_another_robot_are_resized_once(robot):
    path, episode = robot
    wide = Field("front", (8, 32, 3), "image")
    for field in (FRONT, wide, Field("front", (24, 40, 3), "image")):
        found = images_for([path], [episode], [field])["front"][0]
        np.testing.assert_array_equal(found, resized(episode.images["front"], *field.shape[:2]))
    names = {file.parent.name for file in files(path)}
    assert names == {"front-16-r0", "front-8x32-r0", "front-24x40-r0"}


def test_black_images_are_said(robot):
    path, episode = robot
    images = episode.images["front"].copy()
    images[3:5] = 0
    path = write_episode(path.parent, replace(episode, images={"front": images}), replace=True)
    said = []
    images_for([path], [episode], [FRONT], on_warning=said.append)
    images_for([path], [episode], [FRONT], on_warning=said.append)
    sentence = (
        "robot-1: 2 of 9 images 'front' are black, the first at step 3; was the camera covered or "
        "unplugged?"
    )
    assert said == [sentence] * 2


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (Field("top", (16, 16, 3), "image"), r"robot-1 has no images 'top'.*carries: front"),
        (FIELDS[0], r"robot-1 has no images 'workspace_image', and no simulator"),
        (replace(FRONT, rendering=RENDERING + 1), r"drawn with version \d of the settings"),
    ],
)
def test_what_a_recording_cannot_give_is_said_before_anything_is_drawn(robot, field, says):
    path, episode = robot
    with pytest.raises(ImagesError, match=says):
        images_for([path], [episode], [field])
    assert files(path) == []


def test_a_recording_of_another_scene_is_refused(paths, episodes):
    other = replace(episodes[0], info=replace(episodes[0].info, model_hash="0" * 64))
    with pytest.raises(ImagesError, match=r"another version of the scene.*leave it out"):
        images_for(paths[:1], [other], FIELDS)


def test_broken_files_are_made_again(paths, episodes):
    fields = FIELDS[:1]
    expected = [each.copy() for each in images_for(paths, episodes, fields)["workspace_image"]]
    for number, file in enumerate(files(paths[0])):
        data = file.read_bytes()
        file.write_bytes((data[:-10], b"nonsense", b"")[number])
    for images, wanted in zip(
        images_for(paths, episodes, fields)["workspace_image"], expected, strict=True
    ):
        np.testing.assert_array_equal(images, wanted)


def test_stopped_it_keeps_what_was_made(paths, episodes):
    stop = threading.Event()

    def progress(done, _):
        if done == 1:
            stop.set()

    found = images_for(paths, episodes, FIELDS, on_progress=progress, should_stop=stop, processes=1)
    assert found is None
    left = [file for file in (paths[0].parent / FOLDER).rglob("*") if file.is_file()]
    assert [file for file in left if file.suffix == ".npy"]
    said = []
    assert images_for(paths, episodes, FIELDS, on_progress=lambda *n: said.append(n)) is not None
    assert said[0][0] >= 1


def test_a_full_disk_is_a_sentence(paths, episodes, monkeypatch):
    full = refused(OSError(28, "No space left on device"), paths[0], "save")
    monkeypatch.setattr(
        "core.images.processes.Child", lambda *_: Refusing({"failure": str(full), "storage": True})
    )
    with pytest.raises(StorageError, match="the disk is full"):
        images_for(paths, episodes, FIELDS)


class Refusing:
    """A process that always answers the same."""

    def __init__(self, answer):
        self.answer, self.process = answer, self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def kill(self):
        pass

    def ask(self, request):
        pass

    def receive(self, _):
        return self.answer, {}


def test_the_cache_is_no_recording(paths, episodes):
    images_for(paths, episodes, FIELDS)
    library = Workspace(paths[0].parents[1]).library
    assert library.paths() == paths
    assert len(list(library.entries())) == 3
