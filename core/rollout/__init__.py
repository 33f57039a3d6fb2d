"""Closed-loop rollouts: sensors, and the one control loop.

Batches of episodes are in `core.rollout.batch` and `core.rollout.runner`, which import torch.
"""

from core.rollout.loop import Actor, Rollout, Step
from core.rollout.sensors import Sensors

__all__ = ["Actor", "Rollout", "Sensors", "Step"]
