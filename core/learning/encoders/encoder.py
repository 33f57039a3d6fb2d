"""What every encoder of observations is."""

from typing import ClassVar

from torch import Tensor, nn

from core.learning.configuration import EncoderConfiguration
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.spec import Spec


class Encoder(nn.Module):
    """Maps an observation {field: (..., *shape)} to a latent (..., D).

    Vector fields come normalised, images as uint8. The fields are those of the spec, sensed or
    not; an encoder looks at sensed ones only.
    """

    takes_images: ClassVar[bool] = False
    """Whether it can look at images."""
    latent: int
    """Size D of the latent."""
    seen: Tensor | None
    """Columns of the packed vectors that the latent is made of; None: all, or images."""

    def __init__(
        self,
        configuration: EncoderConfiguration,
        spec: Spec,  # noqa: ARG002  (for those that derive from it)
        normaliser: Normaliser,  # noqa: ARG002
    ) -> None:
        super().__init__()
        self.latent = configuration.latent
        self.register_buffer("seen", None, persistent=False)

    def forward(self, observation: Observation) -> Tensor:
        """The latent (..., D) of the observation."""
        raise NotImplementedError
