"""A robot's own program: its own MuJoCo, and a policy from a checkpoint.

Run by tests/interop/deploy as `robot.py CHECKPOINT MUJOCO_VERSION`. The robot is a point on three
slides with a goal to reach; it has the fields of the shipped task `reach` and moves by the first
three entries of an action. docs/DEPLOYMENT.md shows what `drive` does.
"""

import importlib.util
import sys
import time

import mujoco
import numpy as np

from core.policies import load_policy

SPEED = 0.25
"""Velocity of a full command [m/s]."""
POINT = """
<mujoco>
  <option gravity="0 0 0" timestep="0.01"/>
  <worldbody>
    <body name="point">
      <joint name="x" type="slide" axis="1 0 0"/>
      <joint name="y" type="slide" axis="0 1 0"/>
      <joint name="z" type="slide" axis="0 0 1"/>
      <geom size="0.02" mass="1"/>
    </body>
  </worldbody>
  <actuator>
    <velocity joint="x" kv="100"/> <velocity joint="y" kv="100"/> <velocity joint="z" kv="100"/>
  </actuator>
</mujoco>
"""


class Robot:
    """A point in the robot's own simulation, 5 simulation steps to a control step of 20 Hz."""

    def __init__(self, fields: dict[str, int], steps: int) -> None:
        self.model = mujoco.MjModel.from_xml_string(POINT)
        self.data = mujoco.MjData(self.model)
        self.fields, self.steps_left = fields, steps
        self.start, self.goal = np.array([0.4, 0.0, 0.3]), np.array([0.5, 0.1, 0.2])

    def done(self) -> bool:
        """Whether its time is over."""
        return self.steps_left <= 0

    def sense(self) -> dict[str, np.ndarray]:
        """Every field; those that a point does not have are zero."""
        position = self.start + self.data.qpos
        known = {
            "end_effector_position": position,
            "end_effector_rotation": np.array([1.0, 0, 0, 0, 1, 0]),
            "goal_position": self.goal,
            "goal_from_end_effector": self.goal - position,
        }
        return {name: known.get(name, np.zeros(size)) for name, size in self.fields.items()}

    def move(self, action: np.ndarray) -> None:
        """Follow a command for one control step."""
        self.data.ctrl[:] = SPEED * action[:3]
        mujoco.mj_step(self.model, self.data, nstep=5)
        self.steps_left -= 1


def drive(checkpoint: str, steps: int) -> Robot:
    """Let the policy drive for `steps` control steps."""
    policy = load_policy(checkpoint)
    robot = Robot(policy.fields, steps)
    policy.reset()
    while not robot.done():
        next_step = time.monotonic() + 1 / policy.control_rate
        robot.move(policy.act(robot.sense()))
        time.sleep(max(0.0, next_step - time.monotonic()))
    return robot


if __name__ == "__main__":
    checkpoint, version = sys.argv[1:]
    driven = drive(checkpoint, 100)
    distance = np.linalg.norm(driven.sense()["goal_from_end_effector"])
    sys.stdout.write(f"100 control steps, {1000 * distance:.0f} mm from the goal\n")
    if mujoco.__version__ != version:
        raise SystemExit(f"MuJoCo is {mujoco.__version__}, but the robot came with {version}")
    brought = [name for name in ("PySide6", "pygame") if importlib.util.find_spec(name)]
    loaded = [name for name in ("core.simulation", "core.data", "app") if name in sys.modules]
    if brought or loaded:
        raise SystemExit(f"installed {brought} and loaded {loaded}, which deployment does not need")
