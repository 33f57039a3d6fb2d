"""What every objective says of itself."""

from typing import ClassVar, Literal

from torch import Tensor, nn

from core.learning.batch import SPREAD_POINTS, Batch, Need
from core.learning.configuration import Configuration
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.model import ActJepa

__all__ = ["SPREAD_POINTS", "ActJepa", "Batch", "Losses", "Need", "Objective"]

Losses = dict[str, Tensor]
"""Loss terms by name; the names are those of their weights."""


class Objective(nn.Module):
    """Something that is learned: its modules, how far it looks ahead, and its loss terms.

    Built with the model, in the order of the registry. Modules that deployment needs become an
    attribute of the model, called `part`; all others are the objective's own. An objective keeps
    no reference to the model.
    """

    terms: ClassVar[tuple[str, ...]]
    """Loss terms that it yields. Each has a weight of its name in `LossConfiguration`, or in
    `LossConfiguration.extra`."""
    phase: ClassVar[Literal["representation", "head", "observer"]] = "representation"
    """When it is learned: with the representation, with the policy head, or after all that."""
    shapes_belief: ClassVar[bool] = True
    """Whether its gradient reaches encoder and belief. If not, its batch is detached, and its
    gradient is clipped apart from that of all which does."""
    part: ClassVar[str | None] = None
    """Attribute of the model that holds its modules; None: they are its own."""

    # what may depend on the configuration is set when it is built
    needs: Need = Need.NOTHING
    """Which features of a batch it looks at."""
    frames_ahead: int = 1
    """How many frames beyond a window it looks at, at least 1 [control steps]."""
    latents_of: tuple[int, ...] | None = None
    """Which of these frames' online latents it looks at, where a window is one step: encoding
    images costs too much to encode the others; None: all of them."""
    targets_of: tuple[int, ...] | None = None
    """The same of target latents."""
    actions_ahead: int = 1
    """Length of the longest chunk of actions that it asks for [control steps]."""

    def __init__(self, model: ActJepa) -> None:
        """Build the modules; `model` has its encoders, belief and predictor already."""
        super().__init__()
        del model

    @classmethod
    def active(cls, configuration: Configuration) -> bool:
        """Whether it is learned: one of its terms has a weight."""
        return any(configuration.loss.weight(term) for term in cls.terms)

    @classmethod
    def built(cls, configuration: Configuration) -> bool:
        """Whether its modules are there."""
        return cls.part is not None or cls.active(configuration)

    def begin(self, model: ActJepa, demonstrations: Demonstrations) -> None:
        """Called once, before the first update of a later phase in which it learns."""

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        """Its terms (), unweighted."""
        raise NotImplementedError

    def learned(self, model: ActJepa) -> list[nn.Parameter]:
        """The parameters of its modules."""
        modules: nn.Module = self if self.part is None else getattr(model, self.part)
        return list(modules.parameters())
