"""Learning: data sets, the ACT-JEPA model, its training and its checkpoints.

Knows no simulator, no recording format and no window; works on anything with the arrays of an
episode (`EpisodeLike`).
"""

from core.learning.checkpoints import (
    Checkpoint,
    load_checkpoint,
    resume_training,
    save_checkpoint,
)
from core.learning.configuration import (
    ActionEncoderConfiguration,
    BeliefConfiguration,
    Configuration,
    EncoderConfiguration,
    HeadConfiguration,
    LatentObserverConfiguration,
    ObserverConfiguration,
    OptimiserConfiguration,
    PredictorConfiguration,
    TargetConfiguration,
    TrainingConfiguration,
)
from core.learning.dataset.dataset import Dataset, EpisodeLike
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.encoders import ENCODERS, Encoder
from core.learning.errors import (
    BrokenCheckpointError,
    CheckpointError,
    CheckpointVersionError,
    ConfigurationError,
    DatasetError,
    DivergedError,
    ForeignCheckpointError,
    LearningError,
    MissingCheckpointError,
    NotResumableError,
    WeightsError,
)
from core.learning.loss_configuration import LossConfiguration
from core.learning.model import ActJepa
from core.learning.monitoring.collapse import CollapseMeasures, effective_rank, measure_collapse
from core.learning.monitoring.measures import RepresentationMeasures, measure_representation
from core.learning.monitoring.monitor import measured_rows, reports
from core.learning.monitoring.pictures import row_pictures
from core.learning.monitoring.report import Report
from core.learning.monitoring.validation import held_out_demonstrations, imitation_losses
from core.learning.presets import PRESETS, get_preset
from core.learning.trainer import Trainer

__all__ = [
    "ENCODERS",
    "PRESETS",
    "ActJepa",
    "ActionEncoderConfiguration",
    "BeliefConfiguration",
    "BrokenCheckpointError",
    "Checkpoint",
    "CheckpointError",
    "CheckpointVersionError",
    "CollapseMeasures",
    "Configuration",
    "ConfigurationError",
    "Dataset",
    "DatasetError",
    "Demonstrations",
    "DivergedError",
    "Encoder",
    "EncoderConfiguration",
    "EpisodeLike",
    "ForeignCheckpointError",
    "HeadConfiguration",
    "LatentObserverConfiguration",
    "LearningError",
    "LossConfiguration",
    "MissingCheckpointError",
    "Normaliser",
    "NotResumableError",
    "Observation",
    "ObserverConfiguration",
    "OptimiserConfiguration",
    "PredictorConfiguration",
    "Report",
    "RepresentationMeasures",
    "TargetConfiguration",
    "Trainer",
    "TrainingConfiguration",
    "WeightsError",
    "effective_rank",
    "get_preset",
    "held_out_demonstrations",
    "imitation_losses",
    "load_checkpoint",
    "measure_collapse",
    "measure_representation",
    "measured_rows",
    "reports",
    "resume_training",
    "row_pictures",
    "save_checkpoint",
]
