import pytest

from core.data import (
    DamagedRecordingError,
    InvalidEpisodeError,
    Selection,
    Selections,
    UnknownSelectionError,
    Workspace,
)


@pytest.fixture
def selections(tmp_path) -> Selections:
    return Selections(Workspace(tmp_path / "mine"))


@pytest.mark.parametrize("name", ["best", "my best 50 / σ=0.3", "..", ".hidden", "A%20b", "ä" * 20])
def test_what_is_saved_is_loaded_under_any_name(selections, name):
    assert selections.names() == []
    selections.save(name, ["b", "a", "b"], validation=["c"])
    assert Selections(selections.folder.parent).load(name) == Selection(name, ("b", "a"), ("c",))
    assert selections.names() == [name]
    assert [path.parent for path in selections.folder.rglob("*")] == [selections.folder]
    selections.delete(name)
    assert selections.names() == []


def test_saving_again_replaces(selections):
    selections.save("one", ["a"])
    selections.save(" one ", ["b"])
    assert selections.load("one").identifiers == ("b",)
    selections.save("Two", ["a"])
    assert selections.names() == ["one", "Two"]


def test_what_makes_no_sense_is_a_sentence(selections):
    with pytest.raises(InvalidEpisodeError, match="holds no episodes"):
        selections.save("empty", [])
    with pytest.raises(InvalidEpisodeError, match="for training and for validation"):
        selections.save("both", ["a", "b"], ["b"])
    for name in ("", "  ", "x" * 61, "a\nb"):
        with pytest.raises(InvalidEpisodeError, match="cannot name a selection"):
            selections.save(name, ["a"])
    selections.save("real", ["a"])
    for unknown in (selections.load, selections.delete):
        with pytest.raises(UnknownSelectionError, match="selections: real"):
            unknown("typo")


@pytest.mark.parametrize(
    "contents", [b"", b"[" * 100_000, b"[]", b'{"format": 1}', b"\xff", b'{"identifiers": 3}']
)
def test_broken_files_are_a_sentence(selections, contents):
    selections.save("mine", ["a"])
    (selections.folder / "mine.json").write_bytes(contents)
    with pytest.raises(DamagedRecordingError, match="save it again"):
        selections.load("mine")
