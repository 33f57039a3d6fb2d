"""Objectives: what is learned, a file each. A new one is a file and a line here.

The order is that in which modules are built: to add one at the end leaves the initial weights of
all others as they were.
"""

from collections.abc import Mapping

from core.learning.objectives.baselines.contrastive import Contrastive
from core.learning.objectives.baselines.masked import Masked
from core.learning.objectives.baselines.next_observation import NextObservation
from core.learning.objectives.baselines.reconstruction import Reconstruction
from core.learning.objectives.decoder import Decoder
from core.learning.objectives.goal import Goal
from core.learning.objectives.imitation import Imitation
from core.learning.objectives.inverse_dynamics import InverseDynamics
from core.learning.objectives.latent_observer import LatentObserverObjective
from core.learning.objectives.objective import Losses, Objective
from core.learning.objectives.observer import ObserverObjective
from core.learning.objectives.prediction import Prediction
from core.learning.objectives.sigreg import Sigreg
from core.learning.objectives.variance_covariance import VarianceCovariance
from core.registry import Registry


def _check_terms(objective: type[Objective], others: Mapping[str, type[Objective]]) -> None:
    """Raise `ValueError` for an objective without terms, or with one that another has."""
    terms = getattr(objective, "terms", ())
    if not isinstance(terms, tuple) or not terms:
        raise ValueError("it has no terms; name those that its loss yields in a tuple `terms`")
    for name, other in others.items():
        taken = sorted(set(terms) & set(other.terms))
        if taken:
            raise ValueError(f"its term '{taken[0]}' is one of '{name}'; give it another name")


OBJECTIVES: Registry[type[Objective]] = Registry(
    "objective",
    {
        "prediction": Prediction,
        "inverse_dynamics": InverseDynamics,
        "imitation": Imitation,
        "decoder": Decoder,
        "goal": Goal,
        "reconstruction": Reconstruction,
        "next_observation": NextObservation,
        "contrastive": Contrastive,
        "masked": Masked,
        "observer": ObserverObjective,
        "sigreg": Sigreg,
        "variance_covariance": VarianceCovariance,
        "latent_observer": LatentObserverObjective,
    },
    "objectives",
    expected=Objective,
    check=_check_terms,
)
"""Objectives by name, those of other packages last."""

__all__ = ["OBJECTIVES", "Losses", "Objective"]
