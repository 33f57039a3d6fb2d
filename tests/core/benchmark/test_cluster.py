import importlib.util
import threading

import pytest

from core.benchmark import BenchmarkError, Cell, RayWorkers, Store, Trial, make_schedule, run
from core.benchmark.cluster import _require_listener

INSTALLED = importlib.util.find_spec("ray") is not None
CELL = Cell("B", "raw_bc", "reach", 4, 0, quick=True)
TRIAL = Trial(episodes=2, horizon=8)


@pytest.mark.skipif(INSTALLED, reason="Ray is installed")
def test_without_ray_a_sentence_says_how_to_get_it(tmp_path):
    with pytest.raises(BenchmarkError, match=r"Ray is not installed; run `pip install"):
        RayWorkers(tmp_path, "local")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "host:port"])
def test_an_address_where_nobody_listens_is_a_sentence(address):
    with pytest.raises(BenchmarkError, match=f"no Ray cluster answers at '{address}'"):
        _require_listener(address)


@pytest.mark.skipif(not INSTALLED, reason="needs the optional extra `ray`")
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_local_ray_runs_cells(cache, tmp_path):
    workers = RayWorkers(cache, "local")
    try:
        store = Store(tmp_path)
        todo = make_schedule({CELL: (TRIAL,)}, store, cache)
        states = list(run(todo, store, workers, threading.Event(), lambda _: ""))
    finally:
        workers.close()
    assert [state.failure for state in states] == [None, None]
    assert store.result(CELL, TRIAL) is not None
