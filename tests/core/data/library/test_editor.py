import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.data import (
    DamagedRecordingError,
    Editor,
    InvalidEpisodeError,
    Library,
    NothingToUndoError,
    ReadOnlyLibraryError,
    StorageError,
    UnknownEpisodeError,
    open_index,
)
from core.data.library.history import History

HERE = Path(__file__).parent


@pytest.fixture
def library(tmp_path, make_episode) -> Library:
    library = Library(tmp_path / "episodes")
    for number in range(3):
        library.add(make_episode(identifier=f"e{number}", seed=number))
    return library


def contents(library: Library) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in library.paths()}


CHANGES = {
    "trim": lambda editor: editor.trim("e0", 3, 20),
    "split": lambda editor: editor.split("e1", 12),
    "relabel": lambda editor: editor.relabel(["e0", "e2"], False),
    "tag": lambda editor: editor.tag(["e0", "e1"], add=["good"]),
    "delete": lambda editor: editor.delete(["e1", "e2"]),
}


def test_every_change_is_undone_and_redone_byte_for_byte_by_other_editors(library):
    changes = [
        CHANGES["trim"],
        CHANGES["relabel"],
        CHANGES["tag"],
        CHANGES["split"],
        lambda editor: editor.delete(["e2", "e0"]),
    ]
    states, texts = [contents(library)], []
    for change in changes:
        change(Editor(library))
        texts.append(Editor(library).undo_text)
        states.append(contents(library))
    assert texts == [
        "Trim e0",
        "Mark 2 episodes as failures",
        "Tag 2 episodes",
        "Split e1",
        "Delete 2 episodes",
    ]
    assert len({tuple(sorted(state.items())) for state in states}) == len(states)
    for back in reversed(range(len(texts))):
        assert Editor(Library(library.folder)).undo() == texts[back]
        assert contents(library) == states[back]
        assert Editor(library).redo_text == texts[back]
    with pytest.raises(NothingToUndoError):
        Editor(library).undo()
    for forth in range(len(texts)):
        assert Editor(Library(library.folder)).redo() == texts[forth]
        assert contents(library) == states[forth + 1]
    with pytest.raises(NothingToUndoError, match="redo"):
        Editor(library).redo()


def test_trim_keeps_what_replay_needs(library):
    before = library.read("e1")
    info = library.editor.trim("e1", 4, 25)
    after = library.read("e1")
    assert (info.steps, len(after)) == (21, 21)
    np.testing.assert_array_equal(after.states, before.states[4:25])
    np.testing.assert_array_equal(after.actions, before.actions[4:25])
    assert after.info.created == before.info.created


def test_split_gives_two_episodes_that_are_the_whole(library):
    before = library.read("e1")
    first, second = library.editor.split("e1", 12)
    assert [entry.identifier for entry in library.entries()] == ["e0", first, second, "e2"]
    joined = np.concatenate([library.read(first).states, library.read(second).states])
    np.testing.assert_array_equal(joined, before.states)
    for step in (0, 30):
        with pytest.raises(InvalidEpisodeError, match="expected 1 to 29"):
            library.editor.split("e0", step)
    again = library.editor.split(first, 5)  # its parts get names of their own
    assert len(set(again) | {first, second}) == 4


def test_tags(library):
    editor = library.editor
    assert editor.tag(["e0", "e1"], add=["slow", " good "]) == 2
    assert editor.tag(["e0", "e1", "e2"], add=["good"]) == 1  # only e2 lacked it
    assert editor.tag("e0", remove=["slow", "never"]) == 1
    assert editor.tag("e0", remove=["slow"]) == 0
    tags = {row.identifier: row.known.tags for row in open_index(library.folder).rows}
    assert tags == {"e0": ("good",), "e1": ("good", "slow"), "e2": ("good",)}
    for tag in ("", "a,b", "x" * 41, "a\nb"):
        with pytest.raises(InvalidEpisodeError, match="is no tag"):
            editor.tag("e0", add=[tag])


def test_what_changes_nothing_leaves_no_step(library):
    assert library.editor.relabel(["e0", "e1"], True) == 0
    assert library.editor.delete([]) == 0
    assert library.editor.undo_text == ""


def test_a_new_change_forgets_what_was_taken_back(library):
    library.editor.trim("e0", 0, 9)
    library.editor.undo()
    library.editor.delete("e1")
    assert library.editor.redo_text == ""
    folders = [path for path in library.trash.iterdir() if path.is_dir()]
    assert len(folders) == 1


def test_a_file_changed_by_others_is_not_overwritten(library):
    library.editor.relabel("e0", False)
    other = (library.folder / "e1.hdf5").read_bytes()
    (library.folder / "e0.hdf5").unlink()
    (library.folder / "e0.hdf5").write_bytes(other)
    with pytest.raises(StorageError, match="changed by something else"):
        library.editor.undo()
    assert (library.folder / "e0.hdf5").read_bytes() == other


def test_bad_names_change_nothing(library):
    before = contents(library)
    for change in (
        lambda editor: editor.delete(["e0", "nobody"]),
        lambda editor: editor.relabel(["e0", "../e1"], False),
        lambda editor: editor.trim("", 0, 3),
    ):
        with pytest.raises(UnknownEpisodeError):
            change(library.editor)
    assert contents(library) == before
    (library.folder / "broken.hdf5").write_bytes(b"nothing")
    with pytest.raises(DamagedRecordingError, match="not an HDF5 file"):
        library.editor.trim("broken", 0, 3)
    library.editor.delete("broken")
    library.editor.undo()
    assert (library.folder / "broken.hdf5").read_bytes() == b"nothing"


def test_read_only(library):
    editor = Editor(Library(library.folder, read_only=True))
    for change in (*CHANGES.values(), Editor.undo, Editor.redo):
        with pytest.raises(ReadOnlyLibraryError):
            change(editor)
    assert (editor.undo_text, editor.redo_text) == ("", "")


def test_without_links_bytes_are_copied(library, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    before = contents(library)
    for change in CHANGES.values():
        change(Editor(library))
        Editor(library).undo()
        assert contents(library) == before


def test_a_damaged_history_loses_only_the_order(library):
    library.editor.delete("e0")
    for text in ("", "[]", "{", json.dumps({"format": 1}), "[" * 200_000):
        (library.trash / "history.json").write_text(text)
        assert Editor(Library(library.folder)).undo_text == ""
    library.editor.delete("e1")  # and new changes are possible
    library.editor.undo()
    assert len(list(library.trash.rglob("e0.hdf5"))) == 1  # what was deleted is still there


def test_a_history_from_elsewhere_cannot_leave_its_folders(library, tmp_path):
    (tmp_path / "private").write_text("mine")
    library.editor.delete("e0")
    state = json.loads((library.trash / "history.json").read_text())
    change = library.trash / state["changes"][0] / "change.json"
    values = json.loads(change.read_text())
    values["files"] = [{"name": "../private", "before": False, "after": False}]
    change.write_text(json.dumps(values))
    state["pending"] = [state["changes"][0], "after"]
    (library.trash / "history.json").write_text(json.dumps(state))
    Editor(Library(library.folder))
    assert (tmp_path / "private").read_text() == "mine"


@pytest.mark.parametrize(
    "call", ["editor.split('e1', 12)", "editor.delete(['e0', 'e1'])", "editor.undo()"]
)
def test_killed_at_any_moment_it_is_the_old_or_the_new_state(library, call):
    library.editor.delete(["e2"])
    if call == "editor.undo()":
        library.editor.split("e1", 12)
    result = subprocess.run(
        [sys.executable, HERE / "killed_editor.py", library.folder, call],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    kills, old, new = (int(word) for word in result.stdout.split())
    assert kills == old + new
    assert old >= 2  # before the history named the change
    assert new >= 5  # a reader would have seen half of it, had it not been brought to its end


def test_two_programs_wait_for_each_other(library):
    code = (
        "import sys; from core.data import Library\n"
        "editor = Library(sys.argv[1]).editor\n"
        "for n in range(10): editor.tag('e0', add=[f'{sys.argv[2]}{n}'])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, library.folder, word]) for word in "ab"
    ]
    assert [process.wait(timeout=60) for process in started] == [0, 0]
    undone = 0
    while library.editor.undo_text:
        library.editor.undo()
        undone += 1
    assert undone == 20
    assert History(library.folder, library.trash).text_of("before") == ""
