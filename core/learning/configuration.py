"""Every choice that training makes, as frozen dataclasses validated when built.

The command line and the settings form are generated from these classes; the defaults are the
preset ``default`` (see `core.learning.presets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from core.learning.checked import A_PART, FROM_0, FROM_1, Checked, need
from core.learning.loss_configuration import LossConfiguration
from core.learning.saved_settings import build


@dataclass(frozen=True)
class EncoderConfiguration(
    Checked,
    limits={
        "latent": FROM_1,
        "clip": FROM_0,
        "modality": FROM_1,
        "modality_dropout": A_PART,
    },
):
    """The encoder of observations."""

    kind: str = "mlp"
    """Registered encoder; `core.learning.encoders.ENCODERS` lists them. ``mlp`` takes vectors
    alone, the others images too."""
    senses: tuple[str, ...] = ("state",)
    """What the policy senses: ``state`` (vector fields), ``cameras`` (images and proprioception),
    ``cameras+force``, or names of fields."""
    goal: Literal["given", "seen"] = "given"
    """Whether a policy that senses cameras is given the goal's position, or has to see it."""
    latent: int = 128
    """Size D of the latent."""
    hidden: tuple[int, ...] = (256, 256)
    """Widths of the hidden layers."""
    activation: Literal["relu", "gelu"] = "relu"
    """Nonlinearity of the hidden layers."""
    normalisation: Literal["none", "layer", "batch"] = "none"
    """Normalisation of the latent; a remedy when the latent collapses."""
    relative_positions: bool = True
    """Whether differences of all pairs of position fields are inputs too."""
    geometry: bool = True
    """Whether horizontal angles, and projections of displacements, are inputs too."""
    ignored: tuple[str, ...] = ("joint", "velocity", "wrench")
    """Kinds or names of fields that the encoder does not look at. Velocities and the forces of a
    moving hand reveal the last command, which a policy then repeats; joint positions do not fit
    scenes that were rotated or moved."""
    image_size: Literal[64, 96, 128, 224] = 64
    """Height and width of the images of all cameras [pixels]."""
    clip: float = 5.0
    """Largest magnitude of a normalised input that is passed on [standard deviations]; 0: any."""
    stem: Literal["small", "standard"] = "small"
    """First layers of ``resnet18``: for small images, or a stride of 4 as for 224 pixels."""
    weights: str = ""
    """Safetensors file that the network over images starts from, in the names of torchvision
    (``resnet18``) or timm (``vit_s``, ``vit_tiny``); empty: random weights."""
    shared: bool = False
    """Whether one network looks at the images of all cameras; else each camera has its own."""
    modality: int = 64
    """Features of each camera, of proprioception and of force, before they are fused."""
    fusion: Literal["mixed", "separate"] = "mixed"
    """Whether a perceptron makes one latent of all modalities, or each has a part of its own."""
    modality_dropout: float = 0.0
    """Part of the windows in which a modality is hidden, so that a policy can do without it."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Numbers in the network over images; auto: bfloat16 where the processor computes with it."""


@dataclass(frozen=True)
class ActionEncoderConfiguration(Checked):
    """The encoder of actions; its output has the size of the latent."""

    hidden: tuple[int, ...] = (128,)
    """Widths of the hidden layers."""


@dataclass(frozen=True)
class PredictorConfiguration(Checked):
    """The predictor of the next latent from the belief and the encoded action."""

    combination: Literal["concatenate", "add", "film"] = "concatenate"
    """How belief and action meet: side by side, summed, or the action scales and shifts layers."""
    hidden: tuple[int, ...] = (256, 128)
    """Widths of the hidden layers; the narrowest is the bottleneck."""
    activation: Literal["relu", "gelu"] = "relu"
    """Nonlinearity of the hidden layers."""
    residual: bool = True
    """Whether the change of the latent is predicted instead of the next latent itself."""
    actions: bool = True
    """Whether the predictor is given the executed action; without, it predicts passively."""

    def __post_init__(self) -> None:
        super().__post_init__()
        modulated = self.combination != "film" or bool(self.hidden)
        need(modulated, self, "hidden", "at least one width, since film modulates hidden layers")


@dataclass(frozen=True)
class BeliefConfiguration(Checked, limits={"size": FROM_1, "length": FROM_1}):
    """The memory over latents from which actions are chosen and futures predicted."""

    kind: str = "gru"
    """Registered belief; `core.learning.beliefs.BELIEFS` lists them. ``none``: the latent alone."""
    size: int = 128
    """Width of the recurrent state (gru)."""
    length: int = 8
    """Number of latents held, the present one included (stack) [control steps]."""
    see_latent: bool = True
    """Whether the present latent stands beside the recurrent state in the belief (gru)."""


@dataclass(frozen=True)
class ObserverConfiguration(
    Checked, limits={"size": FROM_1, "noise": FROM_0, "dropout": A_PART, "clean": A_PART}
):
    """The observer in front of the encoder: frames corrected by the actions executed."""

    kind: Literal["none", "gru"] = "gru"
    """Whether there is one."""
    size: int = 128
    """Width of its recurrent state."""
    noise: float = 1.0
    """Largest noise that it learns to reject [standard deviations of each feature]."""
    dropout: float = 0.5
    """Largest share of frames that it learns to do without."""
    clean: float = 0.25
    """Part of the windows on which it learns to leave the frames alone."""


@dataclass(frozen=True)
class LatentObserverConfiguration(
    Checked,
    limits={
        **dict.fromkeys(("size", "steps", "batch", "window"), FROM_1),
        **dict.fromkeys(("noise", "vector_noise"), FROM_0),
        **dict.fromkeys(("dropout", "clean"), A_PART),
    },
):
    """The observer of a policy of cameras: noisy images brought to the latents of clean ones.

    It learns when the policy has been trained, which stays as it is.
    """

    kind: Literal["none", "frame", "gated"] = "none"
    """Whether there is one: it looks at each frame by itself, or weighs it against what the world
    model predicts."""
    steps: int = 1200
    """Updates, after those of the policy."""
    batch: int = 16
    """Windows in a batch."""
    window: int = 12
    """Length of a window [control steps]; ``frame`` learns from as many single frames."""
    noise: float = 0.3
    """Largest pixel noise that it learns to reject [of the range 0 to 1]."""
    vector_noise: float = 0.3
    """The same in vector fields [standard deviations of each feature]."""
    clean: float = 0.25
    """Part of the windows on which it learns to change nothing."""
    dropout: float = 0.5
    """Largest share of frames that it learns to do without (gated)."""
    size: int = 128
    """Hidden width of its gain (gated)."""

    @property
    def windows(self) -> tuple[int, int]:
        """Number and length of the windows in a batch."""
        alone = self.kind == "frame"
        return (self.batch * self.window, 1) if alone else (self.batch, self.window)


@dataclass(frozen=True)
class HeadConfiguration(Checked, limits={"chunk": FROM_1}):
    """The policy head: belief to a chunk of actions."""

    chunk: int = 16
    """Number of actions predicted at once [control steps]; 1 is a single-step head."""
    hidden: tuple[int, ...] = (256,)
    """Widths of the hidden layers; () is a linear head."""
    loss: Literal["l1", "mse"] = "l1"
    """Distance between predicted and demonstrated actions."""
    gripper: Literal["binary", "regression"] = "binary"
    """Whether the gripper is a choice of open or closed, or a number like the others."""


@dataclass(frozen=True)
class TargetConfiguration(Checked, limits={"tau": A_PART, "final_tau": A_PART}):
    """The target encoder: an exponential moving average of the online encoder."""

    tau: float = 0.996
    """Part of the target encoder kept at each update, at the beginning."""
    final_tau: float = 0.996
    """The same at the end; reached along half a cosine when it differs."""
    stop_gradient: bool = True
    """Whether targets are constants. Without, they are the online encoder's own latents, and learn
    too."""
    modalities: Literal["all", "proprioception"] = "all"
    """Which part of the latent is predicted; needs a separate fusion where it is not all."""


@dataclass(frozen=True)
class OptimiserConfiguration(
    Checked,
    limits={"warm_up": A_PART, "weight_decay": FROM_0, "gradient_clip": FROM_0},
):
    """How the weights move."""

    learning_rate: float = 1e-3
    """Largest learning rate."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """Learning rate after warm-up: constant, or half a cosine down to zero."""
    warm_up: float = 0.05
    """Part of each phase in which the learning rate rises linearly from zero."""
    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW); 0 is Adam."""
    gradient_clip: float = 1.0
    """Largest length of the gradient over all weights; 0: any."""
    own_action_gradient: bool = False
    """Whether the gradient of the action loss is taken and shortened apart from that of the other
    losses, where all are learned together. An update then takes longer."""

    def __post_init__(self) -> None:
        super().__post_init__()
        need(self.learning_rate > 0, self, "learning_rate", "larger than 0")
        need(self.warm_up < 1, self, "warm_up", "below 1")


@dataclass(frozen=True)
class TrainingConfiguration(
    Checked,
    limits={
        **dict.fromkeys(("head_steps", "batch", "window"), FROM_1),
        **dict.fromkeys(("steps", "rotation", "translation", "noise", "replays", "seed"), FROM_0),
        **dict.fromkeys(("image_shift", "pixel_noise"), FROM_0),
        **dict.fromkeys(("brightness", "contrast"), A_PART),
    },
):
    """The course of a training."""

    protocol: Literal["joint", "frozen"] = "joint"
    """Everything together, or the representation first and then the head on frozen features."""
    steps: int = 1300
    """Updates in the joint phase, or of the representation in the frozen protocol."""
    head_steps: int = 2500
    """Updates of the head in the frozen protocol."""
    batch: int = 16
    """Windows in a batch."""
    window: int = 48
    """Length of a window [control steps]; 1 trains on single transitions."""
    rotation: float = 0.4
    """Standard deviation of a random rotation of the scene about the arm's base, drawn for every
    window [rad]. 0: none."""
    translation: float = 0.1
    """Standard deviation of a random horizontal translation of the scene, drawn for every window
    [m]; the encoder should then ignore joint angles, which tell the true place. 0: none."""
    mirror: bool = True
    """Whether left and right are exchanged in half of the windows: of images only those of cameras
    that look along the arm's plane of symmetry, as the bundled ones do."""
    noise: float = 0.0
    """Largest sensor noise in what is encoded while encoder and memory learn; every window has its
    own level up to it, targets have none [standard deviations of each feature]. 0: none."""
    image_shift: int = 4
    """Largest random move of an image, one for every window and camera [pixels]."""
    brightness: float = 0.0
    """Largest random change of brightness, drawn as the shift is [of the range 0 to 1]."""
    contrast: float = 0.0
    """Largest random change of contrast, drawn as the shift is [part of it]."""
    pixel_noise: float = 0.0
    """Largest noise in images that are encoded while encoder and memory learn; every window has
    its own level up to it, targets have none [of the range 0 to 1]. 0: none."""
    replays: int = 0
    """Disturbed replays of each demonstration, for encoder and predictor alone. 0: none."""
    seed: int = 0
    """Fixes the initial weights and the order of the data."""

    def __post_init__(self) -> None:
        super().__post_init__()
        random = self.protocol == "frozen"  # without updates it is a random representation
        need(random or self.steps >= 1, self, "steps", "at least 1")


@dataclass(frozen=True)
class Configuration:
    """All settings of one training."""

    encoder: EncoderConfiguration = field(default_factory=EncoderConfiguration)
    """Observation encoder."""
    action_encoder: ActionEncoderConfiguration = field(default_factory=ActionEncoderConfiguration)
    """Action encoder."""
    predictor: PredictorConfiguration = field(default_factory=PredictorConfiguration)
    """Latent predictor."""
    belief: BeliefConfiguration = field(default_factory=BeliefConfiguration)
    """Memory."""
    observer: ObserverConfiguration = field(default_factory=ObserverConfiguration)
    """Model of the sensors."""
    latent_observer: LatentObserverConfiguration = field(
        default_factory=LatentObserverConfiguration
    )
    """Model of the cameras."""
    head: HeadConfiguration = field(default_factory=HeadConfiguration)
    """Policy head."""
    target: TargetConfiguration = field(default_factory=TargetConfiguration)
    """Target encoder."""
    loss: LossConfiguration = field(default_factory=LossConfiguration)
    """Loss terms."""
    optimiser: OptimiserConfiguration = field(default_factory=OptimiserConfiguration)
    """Optimiser."""
    training: TrainingConfiguration = field(default_factory=TrainingConfiguration)
    """Course of the training."""

    def to_dict(self) -> dict[str, Any]:
        """All settings as nested dicts of numbers, strings and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Configuration:
        """The configuration that `to_dict` described.

        Settings left out take their defaults; former names count as the present ones. Raises
        `ConfigurationError` for settings that do not exist and for values that cannot be used.
        """
        return build(cls, settings)
