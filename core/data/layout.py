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
        demonstration = data.create_group("demo_0")
        demonstration.attrs["num_samples"] = info.steps
        demonstration.attrs["episode_info"] = json.dumps(info_to_json(info))
        for name in ("actions", "rewards", "dones", "states"):
            _store(demonstration, name, getattr(episode, name))
        _store(demonstration, "interventions", episode.interventions.astype(np.uint8))
        observations = demonstration.create_group("obs")
        for name, values in episode.observations.items():
            _store(observations, name, values)
        for name, pictures in episode.images.items():
            store_images(observations, name, pictures)
        file.flush()
        return bytes(file.id.get_file_image())


def with_info(image: bytes, info: dict[str, object]) -> bytes:
    """The same file with another description; everything else stays as it is."""
    with h5py.File.in_memory(image) as file:
        file[DEMONSTRATION].attrs["episode_info"] = json.dumps(info)
        file.flush()
        return bytes(file.id.get_file_image())


def store_images(group: h5py.Group, name: str, pictures: np.ndarray) -> None:
    """Add images (T, height, width, 3), one chunk each: loaders read them one at a time."""
    group.create_dataset(
        name,
        data=pictures,
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
