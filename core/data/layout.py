"""How an episode lies in an HDF5 file: robomimic's layout, one demonstration per file.

```
/                       attrs: format, format_version
  data/                 attrs: total, env_args (JSON: env_name, type, env_kwargs)
    demo_0/             attrs: num_samples, episode_info (JSON, ours)
      actions (T, A)  rewards (T,)  dones (T,)  states (T, S)
      obs/<field> (T, size)  obs/<camera>_image (T, height, width, 3)
      interventions (T,)                        (ours)
```

What robomimic does not know lies inside `demo_0` or in attributes. Its loader takes every
member of `data` for a demonstration and stops at any other group.
Layout: https://robomimic.github.io/docs/datasets/overview.html
"""

import json
from collections.abc import Callable, Iterable

import h5py
import numpy as np

from core.data.episode import Episode, info_to_json
from core.data.errors import InvalidEpisodeError

FORMAT = "act-jepa-studio episode"
FORMAT_VERSION = 1
SUFFIX = ".hdf5"
ARRAYS = ("actions", "rewards", "dones", "states", "interventions")
"""Arrays of an episode, apart from its observations and images."""
DEMONSTRATION = "data/demo_0"
Store = Callable[[h5py.Group, str, np.ndarray], None]
"""Writes an array of that name into a group."""
ROBOMIMIC_GYM_ENVIRONMENT = 2
"""robomimic's number for environments that are not robosuite's; its loader needs a known one."""

_BLOCK = 16 * 1024
"""Growth of the in-memory file [bytes]: small, since the file is as long as its last block."""


def encode(episode: Episode) -> bytes:
    """The episode as the bytes of an HDF5 file.

    The file is built in memory. On a full disk, h5py's own writing kills the process; writing
    finished bytes only raises OSError.
    """
    info = episode.info
    if set(info.images) != set(episode.images):
        raise InvalidEpisodeError(
            f"{info.identifier} was read without its images; read it with them to save it"
        )
    environment = {
        "env_name": info.task,
        "type": ROBOMIMIC_GYM_ENVIRONMENT,
        "env_kwargs": {"control_rate": info.control_rate, "model_hash": info.model_hash},
    }
    # v110: a compact file that every HDF5 since 2016 reads; older formats take twice the space.
    with h5py.File.in_memory(block_size=_BLOCK, libver=("v110", "v110")) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        data = file.create_group("data")
        data.attrs["total"] = info.steps
        data.attrs["env_args"] = json.dumps(environment)
        fill_demonstration(data.create_group("demo_0"), episode, ARRAYS, _store)
        file.flush()
        return bytes(file.id.get_file_image())


def with_info(image: bytes, info: dict[str, object]) -> bytes:
    """The same file with another description; everything else stays as it is."""
    with h5py.File.in_memory(image) as file:
        file[DEMONSTRATION].attrs["episode_info"] = json.dumps(info)
        file.flush()
        return bytes(file.id.get_file_image())


def fill_demonstration(
    group: h5py.Group, episode: Episode, arrays: Iterable[str], store: Store
) -> None:
    """Write the description of an episode, those of its `arrays`, and what was observed.

    `store` writes everything but images.
    """
    group.attrs["num_samples"] = len(episode)
    group.attrs["episode_info"] = json.dumps(info_to_json(episode.info))
    for name in arrays:
        values = getattr(episode, name)
        store(group, name, values.astype(np.uint8) if values.dtype == np.bool_ else values)
    fill_observations(group.create_group("obs"), episode, store)


def fill_observations(
    group: h5py.Group, episode: Episode, store: Store, rows: np.ndarray | slice = slice(None)
) -> None:
    """Write these `rows` of the observations and images of an episode.

    Each image (height, width, 3) is a chunk of its own: loaders read them one at a time.
    """
    for name, values in episode.observations.items():
        store(group, name, values[rows])
    for name, pictures in episode.images.items():
        group.create_dataset(
            name,
            data=pictures[rows],
            chunks=(1, *pictures.shape[1:]),
            compression="gzip",
            compression_opts=4,
        )


def _store(group: h5py.Group, name: str, values: np.ndarray) -> None:
    if values.size == 0:  # an empty dataset has no chunks, such as states that were not recorded
        group.create_dataset(name, data=values)
        return
    group.create_dataset(
        name, data=values, chunks=values.shape, compression="gzip", compression_opts=6, shuffle=True
    )
