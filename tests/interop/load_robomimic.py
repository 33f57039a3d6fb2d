"""Compares every sample of robomimic's own data set class with the recordings.

Runs in robomimic's environment: `load_robomimic.py RECORDINGS EXPORTED`.
"""

import sys
from pathlib import Path

import h5py
import numpy as np
import robomimic
import robomimic.utils.obs_utils as observations
import torch
from robomimic.utils.dataset import SequenceDataset


def main(recordings: Path, exported: Path) -> None:
    paths = sorted(recordings.glob("*.hdf5"))
    with h5py.File(paths[0]) as file:
        keys = sorted(file["data/demo_0/obs"])
    images = [key for key in keys if key.endswith("_image")]
    observations.initialize_obs_utils_with_obs_specs(
        {"obs": {"low_dim": [key for key in keys if key not in images], "rgb": images}}
    )
    dataset = SequenceDataset(str(exported), keys, ["actions", "rewards", "dones"])
    row = 0
    for path in paths:
        with h5py.File(path) as file:
            demo = file["data/demo_0"]
            for step in range(len(demo["actions"])):
                sample = dataset[row]
                for key in keys:
                    np.testing.assert_array_equal(sample["obs"][key][0], demo[f"obs/{key}"][step])
                for key in ("actions", "rewards", "dones"):
                    np.testing.assert_array_equal(np.squeeze(sample[key][0]), demo[key][step])
                if step + 1 < len(demo["actions"]):
                    for key in keys:
                        later = sample["next_obs"][key][0]
                        np.testing.assert_array_equal(later, demo[f"obs/{key}"][step + 1])
                row += 1
    assert row == len(dataset), (row, len(dataset))
    sys.stdout.write(
        f"robomimic {robomimic.__version__} (torch {torch.__version__}, h5py {h5py.__version__}): "
        f"{row} samples of {len(paths)} demonstrations with {len(keys)} observations are equal\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
