"""Filtering and ordering of the episode list, on rows as an index makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.pages.episodes.rows import Filter, Row, ordered
from core.data import EpisodeInfo, EpisodeRow


def row(name, *, task="reach", success=True, operator="gamepad", tags=(), idle=0.0, **more):
    sample, outlying = more.get("sample", False), more.get("outlying", "")
    steps = more.get("steps", 100)
    info = EpisodeInfo(
        identifier=name,
        task=task,
        success=success,
        operator=operator,
        control_rate=20.0,
        measured_rate=None,
        seed=1,
        created=f"2026-01-{more.get('day', 1):02d}T12:00:00+00:00",
        steps=steps,
        model_hash="0",
        versions={},
        fields=(),
        tags=tags,
    )
    return Row(EpisodeRow(Path(f"{name}.hdf5"), info, None, idle=idle), sample, outlying)


@pytest.fixture
def rows():
    return [
        row("a", day=1, steps=50, idle=0.5),
        row("b", day=3, task="push", success=False, operator="keyboard", tags=("careful",)),
        row("c", day=2, success=None, outlying="length", steps=300, idle=float("nan")),
        row("d", day=4, sample=True, operator="script"),
        Row(EpisodeRow(Path("e.hdf5"), None, "cut short"), False),
    ]


def names(found):
    return [one.entry.identifier for one in found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), ["a", "b", "c", "d", "e"]),
        (Filter(place="own"), ["a", "b", "c", "e"]),
        (Filter(place="samples"), ["d"]),
        (Filter(task="push"), ["b"]),
        (Filter(label="success"), ["a", "d"]),
        (Filter(label="failure"), ["b"]),
        (Filter(label="unlabelled"), ["c"]),
        (Filter(label="outlier"), ["c"]),
        (Filter(label="broken"), ["e"]),
        (Filter(operator="script"), ["d"]),
        (Filter(tag="careful"), ["b"]),
        (Filter(text="PUSH key"), ["b"]),
        (Filter(text="careful reach"), []),
    ],
)
def test_each_field_of_the_filter_leaves_out_what_it_says(rows, wanted, expected):
    assert names(wanted.chosen(rows)) == expected


def test_orders(rows):
    assert names(ordered(rows[:4], "newest")) == ["b", "c", "a", "d"], "samples come last"
    assert names(ordered(rows[:4], "longest"))[0] == "c"
    assert names(ordered(rows[:4], "shortest"))[0] == "a"
    assert names(ordered(rows[:4], "label"))[:2] == ["b", "c"]
    assert names(ordered(rows[:4], "idle"))[0] == "a"
    assert names(ordered(rows[:4], "idle"))[-1] == "c", "what was not measured comes last"
    assert names(ordered(rows, "task"))[0] == "e", "a broken file has no task"
