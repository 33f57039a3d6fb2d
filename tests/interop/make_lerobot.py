"""A data set of a robot with two cameras, made by LeRobot itself.

Runs in LeRobot's environment: `make_lerobot.py FOLDER`. The robot has two joints [degree] and a
gripper. A red ball lies somewhere; the joints move toward it, and only the cameras show it. The
camera `front` is a video of 96 × 128 pixels, `wrist` holds images of 48 × 64.
"""

import sys
import types
from importlib.metadata import version
from pathlib import Path

import numpy as np

RATE = 10
EPISODES, STEPS = 8, 30
REACH = 90.0
"""Largest angle of a joint [degree]."""
JOINTS = ["shoulder.pos", "elbow.pos", "gripper.pos"]
FRONT, WRIST = (96, 128, 3), (48, 64, 3)


def picture(shape: tuple[int, int, int], place: np.ndarray) -> np.ndarray:
    """A red ball at `place` (2), each coordinate in [-1, 1], on grey."""
    height, width, _ = shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    image = np.full(shape, 120, np.uint8)
    image[(columns - place[0]) ** 2 + (rows - place[1]) ** 2 < 0.06] = (220, 30, 30)
    return image


def main(folder: Path) -> None:
    # As in load_lerobot.py: torchvision's operators cannot be loaded beside a CPU torch.
    operators = "torchvision._meta_registrations"
    sys.modules[operators] = types.ModuleType(operators)
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    names = ["height", "width", "channels"]
    dataset = LeRobotDataset.create(
        "local/two-cameras",
        fps=RATE,
        root=folder,
        robot_type="two_joints",
        features={
            "observation.state": {"dtype": "float32", "shape": (3,), "names": JOINTS},
            "action": {"dtype": "float32", "shape": (3,), "names": JOINTS},
            "observation.images.front": {"dtype": "video", "shape": FRONT, "names": names},
            "observation.images.wrist": {"dtype": "image", "shape": WRIST, "names": names},
        },
    )
    random = np.random.default_rng(0)
    for _ in range(EPISODES):
        ball = random.uniform(-0.8, 0.8, 2)
        joints = random.uniform(-0.8, 0.8, 2)
        for step in range(STEPS):
            wanted = joints + 0.25 * (ball - joints)
            gripper = 0.0 if step < STEPS - 5 else 100.0
            dataset.add_frame(
                {
                    "observation.state": np.float32([*REACH * joints, gripper]),
                    "action": np.float32([*REACH * wanted, gripper]),
                    "observation.images.front": picture(FRONT, ball),
                    "observation.images.wrist": picture(WRIST, ball - joints),
                    "task": "reach the ball",
                }
            )
            joints = wanted
        dataset.save_episode()
    dataset.finalize()
    sys.stdout.write(
        f"LeRobot {version('lerobot')} made {dataset.num_episodes} episodes, "
        f"{dataset.num_frames} frames\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
