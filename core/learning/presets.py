"""Named configurations."""

from dataclasses import replace

from core.learning.configuration import (
    ActionEncoderConfiguration,
    BeliefConfiguration,
    Configuration,
    EncoderConfiguration,
    HeadConfiguration,
    ObserverConfiguration,
    OptimiserConfiguration,
    PredictorConfiguration,
    TargetConfiguration,
    TrainingConfiguration,
)
from core.learning.errors import UnknownChoiceError
from core.learning.loss_configuration import LossConfiguration
from core.registry import Registry

REFERENCE = Configuration(
    encoder=EncoderConfiguration(
        latent=128,
        hidden=(256, 256),
        activation="relu",
        relative_positions=False,
        geometry=False,
        ignored=(),
        clip=0.0,
    ),
    action_encoder=ActionEncoderConfiguration(hidden=(128,)),
    predictor=PredictorConfiguration(
        combination="concatenate", hidden=(256, 128), activation="relu", residual=False
    ),
    belief=BeliefConfiguration(kind="none"),
    observer=ObserverConfiguration(kind="none"),
    head=HeadConfiguration(chunk=1, hidden=(256,), loss="mse", gripper="regression"),
    target=TargetConfiguration(tau=0.996, final_tau=0.996),
    loss=LossConfiguration(
        distance="plain",
        reduction="mean",
        rollout=1,
        rollout_points=0,
        prediction=1.0,
        inverse_dynamics=0.0,
    ),
    optimiser=OptimiserConfiguration(
        learning_rate=1e-3, schedule="constant", warm_up=0.0, gradient_clip=0.0
    ),
    training=TrainingConfiguration(
        protocol="frozen",
        steps=4000,
        head_steps=4000,
        batch=64,
        window=1,
        rotation=0.0,
        translation=0.0,
        mirror=False,
    ),
)
"""The reference recipe: O-256-256-D encoder, A-128-D action encoder, 2D-256-128-D predictor,
concatenation, one-step mean squared error against a target encoder with tau 0.996, Adam at 1e-3,
then an MLP head for single actions on the frozen encoder."""

CAMERAS = Configuration(
    encoder=EncoderConfiguration(
        kind="cnn",
        senses=("cameras",),
        hidden=(256,),
        relative_positions=False,
        geometry=False,
    ),
    belief=BeliefConfiguration(kind="none"),
    observer=ObserverConfiguration(kind="none"),
    loss=LossConfiguration(
        rollout=1, rollout_points=0, hidden_future=0.0, action=10.0, gripper=3.0
    ),
    training=TrainingConfiguration(
        steps=2000, batch=64, window=1, rotation=0.0, translation=0.0, mirror=True
    ),
)
"""Images of all cameras and proprioception, without memory: prediction, inverse dynamics and
imitation jointly, the action loss ten times as strong as the others. With equal weights it is
starved."""

PAPER = replace(
    CAMERAS,
    encoder=replace(CAMERAS.encoder, fusion="separate", latent=192),
    target=replace(CAMERAS.target, modalities="proprioception"),
)
"""As published (Vujinovic and Kovacevic, 2025): latents of proprioception are predicted, and images
are context."""

PRESETS: Registry[Configuration] = Registry(
    "preset",
    {
        "default": Configuration(),
        "reference": REFERENCE,
        "cameras": CAMERAS,
        "paper": PAPER,
    },
    error=UnknownChoiceError,
)
"""``default`` is what works best here on the state, ``cameras`` on images; ``reference`` is the
recipe of the method's description, ``paper`` the objective of the published paper."""


def get_preset(name: str) -> Configuration:
    """The preset called `name`; raises `ConfigurationError` listing the names otherwise."""
    return PRESETS[name]
