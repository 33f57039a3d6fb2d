import numpy as np
import pytest

from core.data import (
    Library,
    NothingToUndoError,
    ReadOnlyLibraryError,
    StorageError,
    UnknownEpisodeError,
)


@pytest.fixture
def library(tmp_path, make_episode) -> Library:
    library = Library(tmp_path / "episodes", trash=tmp_path / "trash")
    for number in range(3):
        library.add(make_episode(identifier=f"episode-{number}", seed=number))
    return library


def contents(library: Library) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in library.paths()}


def test_entries_are_sorted_and_described(library):
    entries = library.entries()
    assert [entry.identifier for entry in entries] == ["episode-0", "episode-1", "episode-2"]
    assert [entry.info.seed for entry in entries if entry.info] == [0, 1, 2]
    assert len(library) == 3


def test_no_folder_yet_is_an_empty_library(tmp_path):
    library = Library(tmp_path / "none")
    assert library.entries() == []
    assert not (tmp_path / "none").exists()


def test_broken_files_are_entries_with_a_problem(library):
    (library.folder / "broken.hdf5").write_bytes(b"no recording")
    (library.folder / ".writing-1-x.tmp").write_bytes(b"half")
    (library.folder / "notes.txt").write_text("mine")
    entries = library.entries()
    assert entries[0].identifier == "broken"
    assert entries[0].info is None
    assert "not an HDF5 file" in str(entries[0].problem)
    assert all(entry.problem is None for entry in entries[1:])
    library.editor.delete("broken")  # a broken file can be thrown away as well
    assert len(library.entries()) == 3


def test_changed_files_are_read_again(library):
    before = library.entries()
    assert library.entries()[0] is before[0]
    library.editor.relabel("episode-1", False)
    after = library.entries()
    assert after[0] is before[0]
    assert after[1].info is not None
    assert after[1].info.success is False
    assert before[1].info.success is True


def test_discard_moves_and_undo_restores_bytes(library, tmp_path):
    before = contents(library)
    library.editor.delete("episode-1")
    assert "episode-1.hdf5" not in contents(library)
    assert len(list((tmp_path / "trash").rglob("episode-1.hdf5"))) == 1
    assert library.editor.undo() == "Delete episode-1"
    assert contents(library) == before


def test_undo_goes_backwards_through_all_changes(library):
    states = [contents(library)]
    library.editor.delete("episode-0")
    states.append(contents(library))
    library.editor.relabel("episode-1", False)
    states.append(contents(library))
    library.editor.relabel("episode-1", None)
    states.append(contents(library))
    library.editor.delete("episode-1")
    while library.editor.undo_text:
        library.editor.undo()
        assert contents(library) == states.pop()
    assert states == []
    with pytest.raises(NothingToUndoError, match="nothing to undo"):
        library.editor.undo()


def test_relabel_changes_the_label_and_nothing_else(library):
    before = library.read("episode-2")
    assert library.editor.relabel("episode-2", None) == 1
    after = library.read("episode-2")
    assert after.info.success is None
    np.testing.assert_array_equal(after.states, before.states)
    np.testing.assert_array_equal(after.actions, before.actions)
    assert vars(after.info) | {"success": True} == vars(before.info)


def test_undo_never_overwrites(library, make_episode):
    library.editor.delete("episode-1")
    library.add(make_episode(identifier="episode-1", seed=99))
    with pytest.raises(StorageError, match="a file of that name exists"):
        library.editor.undo()
    assert library.read("episode-1").info.seed == 99
    library.editor.delete("episode-1")
    library.editor.undo()
    (library.folder / "episode-1.hdf5").unlink()
    library.editor.undo()  # the refused change can still be taken back
    assert library.read("episode-1").info.seed == 1


def test_emptied_trash_is_said(library):
    library.editor.delete("episode-1")
    for path in library.trash.rglob("*.hdf5"):
        path.unlink()
    with pytest.raises(StorageError, match="was the trash emptied"):
        library.editor.undo()


def test_read_only_refuses_every_change(library, make_episode):
    samples = Library(library.folder, read_only=True)
    before = contents(library)
    for change in (
        lambda: samples.editor.delete("episode-0"),
        lambda: samples.editor.relabel("episode-0", False),
        lambda: samples.add(make_episode()),
        samples.editor.undo,
    ):
        with pytest.raises(ReadOnlyLibraryError, match="reading only"):
            change()
    assert contents(library) == before


@pytest.mark.parametrize("identifier", ["nobody", "../episodes/episode-0", ""])
def test_unknown_identifiers(library, identifier):
    with pytest.raises(UnknownEpisodeError, match="holds 3 episodes"):
        library.read(identifier)
