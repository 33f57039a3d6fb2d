import pytest

from core.files import free_path, new_folder, read_table


def test_a_folder_appears_whole_and_replaces_what_was_there(tmp_path):
    target, building = tmp_path / "run", tmp_path / "building"
    for text in ("first", "second"):
        with new_folder(target, building):
            (building / "inner").mkdir()
            (building / "inner" / "file").write_text(text)
            assert not target.exists() or text == "second"
        assert (target / "inner" / "file").read_text() == text
        assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_fails_leaves_what_was_there(tmp_path):
    target, building = tmp_path / "run", tmp_path / "building"
    target.mkdir()
    with pytest.raises(KeyboardInterrupt), new_folder(target, building):
        (building / "half").write_text("")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [target]
    assert list(target.iterdir()) == []


def test_a_free_path_keeps_its_ending(tmp_path):
    path = tmp_path / "a.hdf5"
    assert free_path(path) == path
    path.touch()
    (tmp_path / "a-2.hdf5").touch()
    assert free_path(path) == tmp_path / "a-3.hdf5"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1]", "no table"),
        ("{", "Expecting"),
        ("[" * 100_000, "brackets"),
        (b"\xff", "decode"),
        ('{"a": "' + 100 * "b" + '"}', "at most 64 are read"),
    ],
)
def test_what_is_no_table_is_a_reason(tmp_path, text, reason):
    path = tmp_path / "table.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=reason):
        read_table(path, 64 if "b" in str(text) else 1 << 20)


def test_a_table_is_read_and_a_link_is_not(tmp_path):
    path, link = tmp_path / "table.json", tmp_path / "link.json"
    path.write_text('{"a": 1}')
    link.symlink_to(path)
    assert read_table(path, 64) == {"a": 1}
    with pytest.raises(ValueError, match="link"):
        read_table(link, 64)
