"""Episodes as one HDF5 file that robomimic's own dataset class loads.

Layout: https://robomimic.github.io/docs/datasets/overview.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.exchange.choice import Chosen
from core.exchange.errors import NotExportableError, TargetError
from core.recording import Episode, read_episode
from core.recording.episode import info_to_json
from core.recording.layout import ROBOMIMIC_GYM_ENVIRONMENT, store_images
from core.recording.writer import commit, make_folder

LARGEST_FILE = 2 * 2**30
"""Files are built in memory, where a full disk cannot end the process; larger ones are not [B]."""
_BLOCK = 2**20


def export_robomimic(
    chosen: Chosen, out: Path | str, *, next_observations: bool = True, replace: bool = False
) -> Iterator[int]:
    """Write the episodes into the file `out`, which appears whole or not at all.

    Yields the number of episodes done; the file is there after the last. `next_observations`
    also stores each observation a step later, which robomimic's loader asks for unless told
    otherwise. Raises :class:`TargetError` if `out` exists and `replace` is not set, and
    :class:`core.recording.StorageError` when the disk refuses.
    """
    out = Path(out).absolute()
    if out.is_dir():
        raise TargetError(f"{out} is a folder; give the name of a file, such as {out}.hdf5", out)
    if out.exists() and not replace:
        raise TargetError(f"{out} exists already; choose another name, or --replace", out)
    make_folder(out.parent)
    with h5py.File.in_memory(block_size=_BLOCK, libver=("v110", "v110")) as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps(_environment(chosen))
        data.attrs["total"] = sum(info.steps for info in chosen.infos)
        labels: dict[str, list[str]] = {"success": [], "failure": []}
        for number, path in enumerate(chosen.paths):
            episode = read_episode(path)
            name = f"demo_{number}"
            _write(data.create_group(name), episode, next_observations)
            if episode.info.success is not None:
                labels["success" if episode.info.success else "failure"].append(name)
            if file.id.get_filesize() > LARGEST_FILE:
                raise NotExportableError(
                    f"the file would be larger than {LARGEST_FILE / 2**30:g} GiB; export fewer "
                    "episodes at a time, or without next observations"
                )
            if number + 1 < len(chosen.paths):
                yield number + 1
        for label, names in labels.items():
            if names:
                file.create_dataset(f"mask/{label}", data=np.array(names, dtype="S"))
        file.flush()
        commit(out, bytes(file.id.get_file_image()))
    yield len(chosen.paths)


def _environment(chosen: Chosen) -> dict[str, Any]:
    info = chosen.infos[0]
    return {
        "env_name": info.task,
        "type": ROBOMIMIC_GYM_ENVIRONMENT,
        "env_kwargs": {"control_freq": info.control_rate, "model_hash": info.model_hash},
    }


def _write(demonstration: h5py.Group, episode: Episode, next_observations: bool) -> None:
    demonstration.attrs["num_samples"] = len(episode)
    demonstration.attrs["episode_info"] = json.dumps(info_to_json(episode.info))
    arrays = {
        "actions": episode.actions,
        "rewards": episode.rewards,
        "dones": episode.dones,
        "interventions": episode.interventions.astype(np.uint8),
    }
    if episode.states.shape[1]:
        arrays["states"] = episode.states
    for name, values in arrays.items():
        _store(demonstration, name, values)
    groups = {"obs": slice(None)}
    if next_observations:
        groups["next_obs"] = slice(1, None)
    for group, rows in groups.items():
        inner = demonstration.create_group(group)
        for name, values in episode.observations.items():
            _store(inner, name, _shifted(values, rows))
        for name, pictures in episode.images.items():
            store_images(inner, name, _shifted(pictures, rows))


def _shifted(values: np.ndarray, rows: slice) -> np.ndarray:
    """The rows; what came after the last step was not recorded, so that row repeats it."""
    taken = values[rows]
    return taken if len(taken) == len(values) else np.concatenate([taken, values[-1:]])


def _store(group: h5py.Group, name: str, values: np.ndarray) -> None:
    group.create_dataset(name, data=values, compression="gzip", compression_opts=4, shuffle=True)
