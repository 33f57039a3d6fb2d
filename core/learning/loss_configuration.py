"""The loss terms and how they are weighed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.learning.checked import A_PART, FROM_0, FROM_1, Checked, need

LOSS_TERMS = (
    "prediction",
    "inverse_dynamics",
    "reconstruction",
    "next_observation",
    "contrastive",
    "masked",
    "observer",
    "action",
    "gripper",
    "decoder",
    "goal",
    "sigreg",
    "variance",
    "covariance",
    "observed_latent",
    "observed_action",
)
"""The loss terms, each with a weight in `LossConfiguration`."""


@dataclass(frozen=True)
class LossConfiguration(
    Checked,
    limits={
        **dict.fromkeys(("rollout", "goal_horizon", "inverse_span"), FROM_1),
        **dict.fromkeys(("rollout_points", *LOSS_TERMS), FROM_0),
        "hidden_future": A_PART,
    },
):
    """The loss terms and their weights; a weight of 0 leaves a term out."""

    distance: Literal["plain", "l2", "layer"] = "plain"
    """Latent distance: squared difference, after division by the length, or after layer norm."""
    reduction: Literal["mean", "sum"] = "mean"
    """Over the D entries of a latent: mean (as in code) or sum (as in text, D times larger)."""
    rollout: int = 4
    """Steps that the predictor is rolled out and compared [control steps]."""
    rollout_points: int = 4
    """Points of a window from which it is rolled out; 0: all of them."""
    prediction: float = 1.0
    """Weight of the latent prediction loss."""
    inverse_dynamics: float = 1.0
    """Weight of recovering the actions between belief and a later latent."""
    inverse_span: int = 16
    """How much later that latent is [control steps]."""
    hidden_future: float = 0.5
    """Part of the windows in which inverse dynamics is not given the later latent. It then asks
    for what a belief must hold to act, and not only for what it must hold to see what was done."""
    reconstruction: float = 0.0
    """Weight of decoding the observation from its latent (autoencoder)."""
    next_observation: float = 0.0
    """Weight of decoding the observations ahead from the predicted latents (predictive
    autoencoder)."""
    contrastive: float = 0.0
    """Weight of telling two noisy, partly hidden views of one frame from those of all others
    (SimCLR)."""
    masked: float = 0.0
    """Weight of predicting later latents from a partly hidden frame, without actions (V-JEPA)."""
    observer: float = 1.0
    """Weight of the observer's loss, where there is an observer; it reaches nothing else."""
    action: float = 1.0
    """Weight of the head's action loss (gripper apart)."""
    gripper: float = 0.3
    """Weight of the head's binary gripper loss."""
    decoder: float = 1.0
    """Weight of decoding the observation from the belief; its gradient stops there."""
    goal: float = 1.0
    """Weight of the goal map; its gradient stops at the belief."""
    goal_horizon: int = 8
    """How far ahead the goal map looks [control steps]."""
    sigreg: float = 0.0
    """Weight of the distance of the latents from a standard normal distribution (SIGReg). With
    ``target.stop_gradient`` off and ``target.tau`` 0 it stands in for the target encoder."""
    variance: float = 0.0
    """Weight of keeping the standard deviation of each entry of the latent above 1 (VICReg)."""
    covariance: float = 0.0
    """Weight of keeping the entries of the latent uncorrelated (VICReg)."""
    observed_latent: float = 1.0
    """Weight of the latent observer's error, where there is one; it reaches nothing else."""
    observed_action: float = 1.0
    """Weight of what that error changes in the actions of the head."""
    extra: dict[str, float] = field(default_factory=dict)
    """Weights of the terms of further objectives, by the name of the term."""

    def __post_init__(self) -> None:
        super().__post_init__()
        known = [name for name in self.extra if name in LOSS_TERMS]
        own = ", ".join(f"loss.{name}" for name in known)
        need(not known, self, "extra", f"without what has a setting of its own ({own})")
        need(min(self.extra.values(), default=0) >= 0, self, "extra", "of weights of at least 0")

    def weight(self, term: str) -> float:
        """Weight of a loss term, 0 for one that nothing is said of."""
        weights = vars(self) if term in LOSS_TERMS else self.extra
        return float(weights.get(term, 0.0))
