"""Checkpoints: one folder of safetensors and JSON that is enough to deploy, and to train on."""

from core.learning.checkpoints.checkpoint import Checkpoint
from core.learning.checkpoints.storage import load_checkpoint, resume_training, save_checkpoint

__all__ = ["Checkpoint", "load_checkpoint", "resume_training", "save_checkpoint"]
