"""One training, from recordings to a checkpoint, and what lies in a folder of checkpoints.

Importing this package loads no torch; `core.runs.run`, which trains, does.
"""

from core.runs.curves import RunCurves
from core.runs.listing import (
    AUTOSAVE,
    CheckpointEntry,
    autosave_folder,
    describe_checkpoint,
    furthest_copy,
    list_checkpoints,
)
from core.runs.request import Prepared, TrainingRequest, TrainingStoppedError
from core.runs.sensing import Sensing

__all__ = [
    "AUTOSAVE",
    "CheckpointEntry",
    "Prepared",
    "RunCurves",
    "Sensing",
    "TrainingRequest",
    "TrainingStoppedError",
    "autosave_folder",
    "describe_checkpoint",
    "furthest_copy",
    "list_checkpoints",
]
