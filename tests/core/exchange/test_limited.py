"""Whatever data does to the process that reads it becomes a sentence; what was imported stays."""

import subprocess
import sys

import h5py
import pytest

from core.data import UnsafeRecordingError, read_episode
from core.exchange import (
    LimitedSource,
    UnusableSourceError,
    choose_episodes,
    limited,
    same_data,
)
from core.exchange.lerobot import export_lerobot
from core.exchange.robomimic import export_robomimic

ABOUT = 'b\'{"episodes": 2, "control_rate": 20, "action_names": [], "arrays": []}\\n\''
SAY = "import sys; say = lambda line: (sys.stdout.buffer.write(line), sys.stdout.flush()); "


@pytest.fixture
def file(workspace, tmp_path):
    list(export_robomimic(choose_episodes(workspace), tmp_path / "out.hdf5"))
    return tmp_path / "out.hdf5"


@pytest.mark.parametrize("kind", ["robomimic", "lerobot"])
def test_the_child_hands_over_what_is_there(kind, workspace, episodes, tmp_path, take_in):
    export = export_robomimic if kind == "robomimic" else export_lerobot
    out = tmp_path / ("out.hdf5" if kind == "robomimic" else "out")
    list(export(choose_episodes(workspace), out))
    with LimitedSource(kind, out) as source:
        done = take_in(source, tmp_path / "back")
        process = source._child.process
        assert len(source) == len(done) == 4
        next(iter(source.episodes()))  # given up half way: the next starts anew
        assert source._child is None and process.returncode is not None
        assert len(list(source.actions())) == 4
        process = source._child.process
    assert process.returncode is not None
    for item, episode in zip(done, episodes, strict=True):
        again = read_episode(item.path)
        assert same_data(again, episode)
        assert again.info == episode.info


def test_what_the_caller_wants_arrives(file):
    with LimitedSource("robomimic", file, task="a\nb\x1b[2J", control_rate=7.0, images=False) as s:
        found = list(s.episodes())
    assert s.control_rate == 7.0
    assert {episode.task for episode in found} == {"a b [2J"}  # a terminal would have obeyed
    assert found[0].images == {}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os; os.abort()", r"crashed its reader \(signal 6\) while it was opened"),
        ("raise SystemExit(7)", r"crashed its reader \(exit code 7\)"),
        ("import time; time.sleep(60)", "kept its reader busy for too long"),
        (SAY + "say(b'hello\\n'); input()", "answer nonsense"),
        (SAY + "say(b'{\"arrays\": []}\\n'); input()", "answer nonsense"),
        (SAY + f"say({ABOUT}); input(); input(); import time; time.sleep(60)", "number 1 of 2"),
        (SAY + f"say({ABOUT}); input(); input(); say(b'{{\"arrays\": []}}\\n')", "nonsense"),
        (
            SAY + f"say({ABOUT}); input(); input(); "
            'say(b\'{"arrays": [["actions", "<f8", [1000000, 1000000]]]}\\n\')',
            "nonsense",
        ),
    ],
)
def test_whatever_happens_to_the_child_is_a_sentence(
    file, tmp_path, take_in, monkeypatch, code, problem
):
    monkeypatch.setattr(limited, "COMMAND", ("-c", code))
    patience = 1.5 if "sleep" in code else 60.0
    with (
        pytest.raises(UnusableSourceError, match=problem) as caught,
        LimitedSource("robomimic", file, patience=patience) as source,
    ):
        take_in(source, tmp_path / "back")
    assert str(file) in str(caught.value)
    assert list(tmp_path.glob("back/episodes/*")) == []


IN_THE_THIRD = """
import os, sys, time
from core.exchange import limited_reader
hand_over = limited_reader._part
def part(episode):
    if episode.name.endswith("2"):
        {}
    return hand_over(episode)
limited_reader._part = part
sys.exit(limited_reader.main())
"""


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        ("os.kill(os.getpid(), 11)", r"signal 11\) at the episodes, number 3 of 4"),
        ("time.sleep(60)", "busy for too long at the episodes, number 3 of 4"),
        ("bytearray(16 << 30)", "more memory than its reader may take"),
        ("[][1]", r"is damaged \(list index out of range\)"),
    ],
)
def test_episodes_imported_before_stay(
    file, episodes, tmp_path, take_in, monkeypatch, harm, problem
):
    monkeypatch.setattr(limited, "COMMAND", ("-c", IN_THE_THIRD.format(harm)))
    with (
        pytest.raises(UnusableSourceError, match=problem),
        LimitedSource("robomimic", file) as source,
    ):
        source.patience = 2.0 if "sleep" in harm else 60.0
        take_in(source, tmp_path / "back")
    there = sorted((tmp_path / "back" / "episodes").glob("*.hdf5"))
    assert len(there) == 2
    assert same_data(read_episode(there[1]), episodes[1])


def test_errors_of_the_reader_keep_their_type(file):
    with h5py.File(file, "r+") as opened:
        del opened["data/demo_1/obs/wrist_image"]
        opened["data/demo_1/obs/wrist_image"] = h5py.ExternalLink("secret.hdf5", "/")
    with (
        pytest.raises(UnsafeRecordingError, match="outside itself"),
        LimitedSource("robomimic", file) as source,
    ):
        list(source.episodes())


def test_the_importer_itself_loads_no_decoder(workspace, tmp_path):
    list(export_lerobot(choose_episodes(workspace), tmp_path / "out"))
    code = """
import sys
from core.commands import main
assert main(["import", "lerobot", *sys.argv[1:]]) == 0
sys.exit(" ".join({"pyarrow", "av", "PIL"} & sys.modules.keys()) or 0)
"""
    command = [sys.executable, "-c", code, tmp_path / "out", tmp_path / "back"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (result.returncode, result.stdout.count("saved")) == (0, 4), result.stderr


def test_actions_of_two_robots_are_refused(episodes, file, tmp_path, take_in):
    with h5py.File(file, "r+") as opened:
        del opened["data/demo_2/actions"]
        opened["data/demo_2/actions"] = episodes[2].actions[:, :3]
    with (
        pytest.raises(UnusableSourceError, match="actions of 3 entries and of 7"),
        LimitedSource("robomimic", file) as source,
    ):
        take_in(source, tmp_path / "back")
