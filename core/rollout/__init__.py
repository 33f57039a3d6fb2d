"""Closed-loop rollouts: sensors, the control loop, and batches of episodes."""

from core.rollout.batch import Batch, group_count, halves
from core.rollout.loop import Actor, Rollout, Step
from core.rollout.runner import BatchRunner, RunningBatch
from core.rollout.sensors import Sensors

__all__ = [
    "Actor",
    "Batch",
    "BatchRunner",
    "Rollout",
    "RunningBatch",
    "Sensors",
    "Step",
    "group_count",
    "halves",
]
