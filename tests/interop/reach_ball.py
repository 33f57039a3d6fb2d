"""Drives the robot of `make_lerobot.py` with a policy: `reach_ball.py CHECKPOINT`.

The policy gets images under the names of the robot's cameras, and answers in degrees. It has to
bring the joints to balls that it sees and was not shown before.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from make_lerobot import FRONT, REACH, STEPS, WRIST, picture

from core.policies import DeployedPolicy, load_policy

STARTS = 10


def distances(policy: DeployedPolicy, *, seeing: bool = True) -> tuple[float, float]:
    """Mean distance of the joints from the balls [degree], at the start and after an episode."""
    random = np.random.default_rng(1000)
    balls, joints = random.uniform(-0.8, 0.8, (2, STARTS, 2))
    shown = balls if seeing else np.zeros((STARTS, 2))
    before = np.abs(REACH * (balls - joints)).mean()
    policy.reset(STARTS)
    gripper = np.zeros((STARTS, 1))
    for _ in range(STEPS):
        actions = policy.act(
            {
                "front": np.stack([picture(FRONT, place) for place in shown]),
                "wrist": np.stack([picture(WRIST, place) for place in shown - joints]),
                "state": np.hstack([REACH * joints, gripper]),
            }
        )
        joints, gripper = actions[:, :2] / REACH, actions[:, 2:]
    return float(before), float(np.abs(REACH * (balls - joints)).mean())


def main(checkpoint: Path) -> None:
    torch.set_num_threads(1)
    policy = load_policy(checkpoint)
    assert policy.cameras == {"front_image": (64, 64), "wrist_image": (64, 64)}, policy.cameras
    assert policy.fields == {"state": 3}, policy.fields
    assert policy.control_rate == 10
    before, after = distances(policy)
    _, blind = distances(policy, seeing=False)
    sys.stdout.write(
        f"mean distance from {STARTS} new balls: {before:.1f} degrees at the start, {after:.1f} at "
        f"the end, {blind:.1f} where the cameras show another place\n"
    )
    assert after < 0.6 * min(before, blind)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
