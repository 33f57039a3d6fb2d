"""Fills a robomimic file, in a process of its own: `python -m core.exchange.robomimic.filling`.

HDF5 ends the process (SIGSEGV) when the disk is full, even through h5py's file objects: while it
closes, it writes again what it could not write before. This process may die of it. Files need not
fit into memory. The line of its input says what to write. Its messages say how many episodes are
written, or the error.

Layout: https://robomimic.github.io/docs/datasets/overview.html
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from core.data import Episode, RecordingError, read_episode, read_info
from core.data.layout import (
    ROBOMIMIC_GYM_ENVIRONMENT,
    fill_demonstration,
    fill_observations,
)
from core.data.vetted.messages import write_message
from core.exchange.choice import Chosen


def main() -> int:
    """Write one file; ends the process itself where HDF5 must not be left to close its file."""
    out = sys.stdout.buffer
    wanted = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    paths = [Path(path) for path in wanted["recordings"]]
    try:
        chosen = Chosen(tuple(paths), tuple(read_info(path) for path in paths))
        for done in _fill(Path(wanted["out"]), chosen, wanted["next_observations"]):
            write_message(out, {"done": done}, {})
        return 0
    except RecordingError as error:
        write_message(out, {"error": str(error)}, {})
    except OSError as error:
        write_message(out, {"errno": error.errno or 0}, {})
    os._exit(1)


def _end_with_the_input() -> None:
    """The program that wanted the file was killed: the disk is not filled any further."""
    os.read(sys.stdin.fileno(), 1)  # not by `sys.stdin`, whose lock Python wants when it ends
    os._exit(1)


def _fill(out: Path, chosen: Chosen, next_observations: bool) -> Iterator[int]:
    """Yields the number of episodes written; after the last of them the file is closed."""
    # Not closed when something fails: that would write again, and end the process.
    file = h5py.File(out, "w", libver=("v110", "v110"), locking=False)
    data = file.create_group("data")
    environment = {
        "env_name": chosen.infos[0].task,
        "type": ROBOMIMIC_GYM_ENVIRONMENT,
        "env_kwargs": {
            "control_freq": chosen.control_rate,
            "model_hash": chosen.infos[0].model_hash,
        },
    }
    data.attrs["env_args"] = json.dumps(environment)
    data.attrs["total"] = sum(info.steps for info in chosen.infos)
    labels: dict[str, list[str]] = {"success": [], "failure": []}
    for number, path in enumerate(chosen.paths):
        episode = read_episode(path)
        name = f"demo_{number}"
        _write(data.create_group(name), episode, next_observations)
        if episode.info.success is not None:
            labels["success" if episode.info.success else "failure"].append(name)
        if number + 1 < len(chosen.paths):
            yield number + 1
    for label, names in labels.items():
        if names:
            file.create_dataset(f"mask/{label}", data=np.array(names, dtype="S"))
    file.close()
    yield len(chosen.paths)


def _write(demonstration: h5py.Group, episode: Episode, next_observations: bool) -> None:
    names = ["actions", "rewards", "dones", "interventions"]
    if episode.states.shape[1]:
        names.append("states")
    fill_demonstration(demonstration, episode, names, _store)
    if next_observations:  # what came after the last step was not recorded: its row is repeated
        rows = np.minimum(np.arange(1, len(episode) + 1), len(episode) - 1)
        fill_observations(demonstration.create_group("next_obs"), episode, _store, rows)


def _store(group: h5py.Group, name: str, values: np.ndarray) -> None:
    group.create_dataset(name, data=values, compression="gzip", compression_opts=4, shuffle=True)


if __name__ == "__main__":
    sys.exit(main())
