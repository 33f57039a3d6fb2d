"""Plots are redrawn one at a time, none too often, none forgotten."""

from __future__ import annotations

import itertools
import time

from app.pages.train.redraw_turns import RedrawTurns


class Plot:
    def __init__(self, interval, visible=True, now=time.monotonic):
        self.redraw_interval = interval
        self.now = now
        self.visible = visible
        self.drawn = []

    def isVisible(self):
        return self.visible

    def redraw(self):
        self.drawn.append(self.now())


def test_all_have_their_turn_one_after_the_other(qtbot):
    turns = RedrawTurns()
    turn = itertools.count()
    present = [next(turn)]
    plots = [Plot(0.0, now=lambda: present[0]) for _ in range(5)]
    # told after the plot of that turn was drawn
    turns._timer.timeout.connect(lambda: present.__setitem__(0, next(turn)))
    for plot in plots:
        turns.ask(plot)
        turns.ask(plot)
    qtbot.waitUntil(lambda: all(plot.drawn for plot in plots), timeout=3000)
    assert all(len(plot.drawn) == 1 for plot in plots)
    assert [plot.drawn[0] for plot in plots] == [0, 1, 2, 3, 4], "one in every turn"


def test_nobody_is_redrawn_more_often_than_it_wants(qtbot):
    turns = RedrawTurns()
    plot = Plot(0.2)
    end = time.monotonic() + 0.9
    while time.monotonic() < end:
        turns.ask(plot)
        qtbot.wait(10)
    assert 2 <= len(plot.drawn) <= 5


def test_what_cannot_be_seen_is_left_out_and_the_timer_rests(qtbot):
    turns = RedrawTurns()
    hidden, shown = Plot(0.0, visible=False), Plot(0.0)
    turns.ask(hidden)
    turns.ask(shown)
    qtbot.waitUntil(lambda: bool(shown.drawn), timeout=2000)
    qtbot.waitUntil(lambda: not turns._timer.isActive(), timeout=2000)
    assert hidden.drawn == []
