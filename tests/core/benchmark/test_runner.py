"""Real jobs in real processes, of cells as small as they can be."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

from core.benchmark import Cell, LocalWorkers, Store, Trial, make_schedule, methods, run
from core.benchmark.demonstrations import scripted_demonstrations
from core.evaluation import Condition

RAW = Cell("B", "raw_bc", "reach", 4, 0, quick=True)
JEPA = Cell("B", "act_jepa", "reach", 4, 0, quick=True)
SAME = Cell("B", "tau_0.996", "reach", 4, 0, quick=True)
CLEAN = Trial(episodes=2, horizon=8)
NOISY = Trial(episodes=2, horizon=8, condition=Condition(noise=0.2))


def go(store, cache, cells, *, again=False, stop=None, workers=2):
    """Run what is missing; the last state and all failures."""
    todo = make_schedule(dict.fromkeys(cells, (CLEAN,)), store, cache, again=again)
    states = list(
        run(
            todo,
            store,
            LocalWorkers(cache, workers),
            stop or threading.Event(),
            lambda cell: f"make {cell.name}",
        )
    )
    failures = [state.failure for state in states if state.failure is not None]
    return todo, states, failures


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def first(store, cache):
    return go(store, cache, (RAW, JEPA, SAME))


def test_cells_are_run_and_kept(first, store):
    todo, states, failures = first
    assert failures == []
    assert (todo.wanted, todo.there) == (3, 0)
    assert len(todo.jobs) == 3  # demonstrations, and one training for the two that are the same
    assert (states[-1].done, states[-1].share) == (3, pytest.approx(1.0))
    shares = [state.share for state in states]
    assert shares == sorted(shares)
    for each in (RAW, JEPA, SAME):
        assert len(store.result(each, CLEAN).outcomes) == 2
    assert store.record(RAW).values["command"] == f"make {RAW.name}"
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("first")
def test_what_is_there_is_not_run_again(store, cache):
    todo = make_schedule(dict.fromkeys((RAW, JEPA, SAME), (CLEAN,)), store, cache)
    assert todo.jobs == ()
    assert todo.there == 3


@pytest.mark.usefixtures("first")
def test_a_new_trial_is_all_that_is_run(store, cache):
    todo = make_schedule({RAW: (CLEAN, NOISY), JEPA: (CLEAN,)}, store, cache)
    assert [job.name for job in todo.jobs if todo.cells[job]] == [RAW.name]
    assert todo.jobs[-1].trials == (NOISY,)


@pytest.mark.usefixtures("first")
def test_a_cell_whose_checkpoint_is_lost_is_measured_again_in_all(store, tmp_path):
    todo = make_schedule({RAW: (NOISY,), JEPA: (CLEAN,)}, store, tmp_path)
    assert [job.name for job in todo.jobs if todo.cells[job]] == [RAW.name]
    assert todo.jobs[-1].trials == (NOISY, CLEAN)


@pytest.mark.usefixtures("first")
def test_a_cell_with_the_checkpoint_of_another_training_is_measured_again_in_all(
    cache, by_hand, tmp_path
):
    elsewhere = Store(tmp_path)
    elsewhere.keep(RAW, by_hand(RAW, {CLEAN: (True, False)}), "")
    todo = make_schedule({RAW: (CLEAN, NOISY)}, elsewhere, cache)
    assert todo.jobs[-1].trials == (NOISY, CLEAN)


@pytest.mark.usefixtures("first")
def test_a_cell_made_anew_is_measured_again_in_all(store, cache):
    todo = make_schedule({RAW: (NOISY,)}, store, cache, again=True)
    assert todo.jobs[-1].trials == (NOISY, CLEAN)


@pytest.mark.usefixtures("first")
def test_a_changed_setting_runs_exactly_the_cell_that_has_it(store, cache, monkeypatch):
    changed = methods.Method(
        "raw", methods.patched(methods.METHODS["raw_bc"].patch, {"head": {"hidden": (40,)}})
    )
    monkeypatch.setattr(methods, "METHODS", {**methods.METHODS, "raw_bc": changed})
    methods.configuration.cache_clear()
    try:
        todo = make_schedule(dict.fromkeys((RAW, JEPA), (CLEAN,)), store, cache)
        assert [job.name for job in todo.jobs if todo.cells[job]] == [RAW.name]
    finally:
        methods.configuration.cache_clear()


def test_a_cell_that_fails_is_named_and_the_others_go_on(cache, tmp_path):
    scripted_demonstrations(cache, "push", 0, 4)
    (folder,) = (cache / "demonstrations").glob("push-0-*")
    sorted(folder.iterdir())[1].write_bytes(b"not a recording")
    broken = Cell("B", "raw_bc", "push", 4, 0, quick=True)
    store = Store(tmp_path)
    _, states, failures = go(store, cache, (broken, RAW), workers=1)
    assert len(failures) == 2  # its demonstrations and itself
    assert all("push" in failure and "\n" not in failure for failure in failures)
    assert states[-1].done == 4
    assert store.result(RAW, CLEAN) is not None
    assert store.result(broken, CLEAN) is None


def test_a_process_that_is_killed_costs_its_cell_alone(cache, tmp_path):
    killed = []

    def kill_the_first() -> None:
        while not killed:
            for process in multiprocessing.active_children():
                if process.name == "benchmark" and process.pid is not None:
                    killed.append(process.pid)
                    os.kill(process.pid, signal.SIGKILL)
                    return
            time.sleep(0.01)

    store = Store(tmp_path)
    killer = threading.Thread(target=kill_the_first)
    killer.start()
    _, states, failures = go(store, cache, (RAW, JEPA), workers=1)
    killer.join()
    assert len(failures) == 1  # that of the demonstrations, which are there
    assert "its process ended with exit code -9" in failures[0]
    assert states[-1].done == 3
    assert store.result(RAW, CLEAN) is not None


def test_stopping_keeps_what_is_finished_and_leaves_no_process(cache, tmp_path):
    stop = threading.Event()
    store = Store(tmp_path)
    todo = make_schedule(dict.fromkeys((RAW, JEPA), (CLEAN,)), store, cache)
    for state in run(todo, store, LocalWorkers(cache, 1), stop, lambda _: ""):
        if state.done == 2:
            stop.set()
    assert store.result(RAW, CLEAN) is not None
    assert store.result(JEPA, CLEAN) is None
    assert multiprocessing.active_children() == []
