"""Requests answered by other processes, which may fail, die or be stopped."""

import os
import threading
import time

import pytest

from core.data import StorageError
from core.images.processes import Processes

WORKER = "tests.core.images.test_processes:Worker"


class Worker:
    """Does what it is asked for."""

    def answer(self, request):
        what = request["what"]
        print("nothing of this reaches the caller")  # noqa: T201
        if what == "die":
            os._exit(3)
        if what == "sleep":
            time.sleep(60)
        if what == "full":
            raise StorageError("the disk is full")
        if what == "fault":
            raise KeyError("a")
        return {"what": what, "process": os.getpid()}

    def close(self):
        """Nothing to give back."""


@pytest.fixture(autouse=True)
def found(monkeypatch, request):
    """The processes find this module as the tests are imported: from the root."""
    monkeypatch.syspath_prepend(str(request.config.rootpath))


def answers(*whats, count=2):
    requests = [{"what": what} for what in whats]
    found = {answer.index: answer for answer in Processes(WORKER, count).run(requests)}
    assert sorted(found) == list(range(len(whats)))
    return [found[index] for index in range(len(whats))]


def test_every_request_is_answered_in_other_processes():
    found = answers("a", "b", "c", "d")
    assert [answer.values["what"] for answer in found] == ["a", "b", "c", "d"]
    assert os.getpid() not in {answer.values["process"] for answer in found}
    assert threading.active_count() == 1


def test_what_fails_leaves_the_others_alone():
    full, fault, died, fine = answers("full", "fault", "die", "fine", count=1)
    assert (full.failure, full.storage) == ("the disk is full", True)
    assert "KeyError" in fault.failure and not fault.storage
    assert "exit code 3" in died.failure
    assert fine.failure is None and fine.values["what"] == "fine"


def test_stopped_it_ends_at_once_and_leaves_no_process():
    stop = threading.Event()
    threading.Timer(3.0, stop.set).start()
    began = time.monotonic()
    processes = Processes(WORKER, 2)
    assert list(processes.run([{"what": "sleep"}] * 5, stop)) == []
    assert time.monotonic() - began < 20
    assert all(child.process.poll() is not None for child in processes._children.values())


def test_left_early_it_leaves_no_process():
    processes = Processes(WORKER, 2)
    run = processes.run([{"what": "a"}, {"what": "sleep"}, {"what": "sleep"}])
    assert next(run).values["what"] == "a"
    run.close()
    assert all(child.process.poll() is not None for child in processes._children.values())
