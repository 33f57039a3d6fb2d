"""What a training needs, in sentences."""

from __future__ import annotations

import pytest

from app.pages.train.needs import DrawingProgress, needs_text
from app.widgets.run_header import RunHeader
from core.runs.needs import Fitting, Missing


@pytest.mark.parametrize(
    ("left_out", "missing", "expected"),
    [
        ((), Missing(0, 0.0), ""),
        ((), Missing(38, 61.0), "Images of 38 recordings are drawn first (about 1:01 min)."),
        ((("without forces", 12),), Missing(0, 0.0), "12 recordings without forces are left out."),
        (
            (("without images", 1),),
            Missing(1, 0.2),
            "Images of 1 recording are drawn first (about 1 s). "
            "1 recording without images is left out.",
        ),
    ],
)
def test_each_need_is_a_sentence(left_out, missing, expected):
    assert needs_text(Fitting((), left_out), missing) == expected


def test_progress_says_how_many_and_the_time_left(qtbot, monkeypatch):
    header = RunHeader(("step", "steps/s", "time left"))
    qtbot.addWidget(header)
    clock = iter((100.0, 110.0))
    monkeypatch.setattr("app.pages.train.needs.time.monotonic", lambda: next(clock))
    progress = DrawingProgress(header, "run")
    progress.show(2, 10)
    progress.show(4, 10)
    assert "Drawing images" in header.state.text()
    assert header.subtitle.text().startswith("4 of 10 recordings")
    assert header._numbers["time left"].text() == "30 s"
