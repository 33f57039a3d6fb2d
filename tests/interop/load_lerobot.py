"""Compares every frame of LeRobot's own data set class with the recordings.

Runs in LeRobot's environment: `load_lerobot.py RECORDINGS EXPORTED`.
"""

import json
import sys
import types
from importlib.metadata import version
from pathlib import Path

# torchvision's wheel is built for CUDA and cannot load its operators beside a CPU torch. Nothing
# here needs them, but torchvision describes their shapes when it is imported: that is left out.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")

import av  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # noqa: E402


def main(recordings: Path, exported: Path) -> None:
    import h5py

    dataset = LeRobotDataset("local/exported", root=exported, video_backend="pyav")
    row = 0
    paths = sorted(recordings.glob("*.hdf5"))
    for number, path in enumerate(paths):
        with h5py.File(path) as file:
            demo = file["data/demo_0"]
            info = json.loads(demo.attrs["episode_info"])
            state = np.concatenate([demo[f"obs/{name}"][()] for name in info["fields"]], axis=1)
            steps = len(state)
            for step in range(steps):
                frame = dataset[row]
                assert int(frame["episode_index"]) == number
                assert int(frame["frame_index"]) == step
                assert frame["task"] == info["task"]
                assert abs(float(frame["timestamp"]) - step / info["control_rate"]) < 1e-4
                np.testing.assert_array_equal(frame["observation.state"], state[step])
                np.testing.assert_array_equal(frame["action"], demo["actions"][step])
                assert float(frame["next.reward"]) == demo["rewards"][step]
                assert bool(frame["next.done"]) == bool(demo["dones"][step])
                assert bool(frame["next.success"]) == (info["success"] and step == steps - 1)
                for camera in ("workspace", "wrist"):
                    picture = frame[f"observation.images.{camera}"].permute(1, 2, 0) * 255
                    there = demo[f"obs/{camera}_image"][step]
                    np.testing.assert_array_equal(picture.round().numpy().astype(np.uint8), there)
                row += 1
    assert row == len(dataset), (row, len(dataset))
    assert dataset.num_episodes == len(paths)
    rate = dataset.fps
    ahead = {"action": [0.0, 1 / rate, 2 / rate]}
    chunk = LeRobotDataset("local/exported", root=exported, delta_timestamps=ahead)[0]["action"]
    assert chunk.shape[0] == 3
    sys.stdout.write(
        f"LeRobot {version('lerobot')} (torch {torch.__version__}, datasets {version('datasets')}, "
        f"PyAV {av.__version__}): {row} frames of {len(paths)} episodes with state, actions and "
        "two cameras are equal\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
