"""Work off the GUI thread: only the newest result of a key arrives, and lists are read again."""

from __future__ import annotations

import threading

import pytest

from app.jobs.background import Background, Listing


@pytest.fixture
def failures():
    return []


@pytest.fixture
def background(qapp, failures):
    made = Background(failures.append, qapp)
    yield made
    made.close_down()


def test_of_several_works_of_one_key_only_the_newest_arrives(background, qtbot):
    found, gate = [], threading.Event()
    background.run_newest("list", lambda: gate.wait(5) and "old", found.append)
    background.run_newest("list", lambda: "new", found.append)
    background.run_newest("other", lambda: "other", found.append)
    qtbot.waitUntil(lambda: len(found) == 2, timeout=5000)
    gate.set()
    qtbot.waitUntil(lambda: not background.busy, timeout=5000)
    assert sorted(found) == ["new", "other"]


def test_what_is_asked_while_a_list_is_read_is_read_once_more(background, qtbot):
    gate, shown, count = threading.Event(), [], []

    def reader():
        count.append(None)
        number = len(count)
        return lambda: gate.wait(5) and number

    listing = Listing(background, reader, shown.append, background)
    for _ in range(3):
        listing.reload()
    assert listing.reading and len(count) == 1
    gate.set()
    qtbot.waitUntil(lambda: shown == [1, 2], timeout=5000)
    assert not listing.reading


def test_a_list_that_cannot_be_read_says_so_and_can_be_read_again(background, failures, qtbot):
    def fail():
        raise OSError("no such folder")

    works, shown = [fail, lambda: "there"], []
    listing = Listing(background, lambda: works.pop(0), shown.append, background)
    listing.reload()
    qtbot.waitUntil(lambda: len(failures) == 1, timeout=5000)
    listing.reload()
    qtbot.waitUntil(lambda: shown == ["there"], timeout=5000)
