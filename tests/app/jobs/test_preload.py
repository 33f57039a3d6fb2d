"""Imports of learning: done once, and Python does not search through them for garbage."""

from __future__ import annotations

import gc
import sys
import threading

import pytest

from app.jobs.preload import import_learning, lasting


@pytest.fixture(autouse=True)
def _as_before():
    yield
    gc.unfreeze()


def test_what_is_imported_is_not_looked_through_again():
    import_learning(("core.policies",))
    assert "core.policies" in sys.modules
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000


def test_the_collector_comes_back_after_a_failure():
    with pytest.raises(ImportError), lasting():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()


def test_two_threads_take_turns():
    seen = []

    def work():
        with lasting():
            seen.append(gc.isenabled())

    with lasting():
        thread = threading.Thread(target=work)
        thread.start()
        assert not seen
    thread.join(10)
    assert seen == [False]
    assert gc.isenabled()
