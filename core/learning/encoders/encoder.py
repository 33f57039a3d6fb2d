"""What every encoder of observations is."""

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor, nn

from core.learning.configuration import EncoderConfiguration
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.errors import ConfigurationError
from core.spec import Spec


class Encoder(nn.Module):
    """Maps an observation {field: (..., *shape)} to a latent (..., D).

    Vector fields come normalised, images as uint8 (``observation["front_image"]``). The fields are
    those of the spec, sensed or not; an encoder looks at sensed ones only.
    """

    takes_images: ClassVar[bool] = False
    """Whether it can look at images."""
    latent: int
    """Size D of the latent."""
    parts: Mapping[str, slice]
    """Entries of the latent that belong to one modality; empty where all are mixed."""
    seen: Tensor | None
    """Columns of the packed vectors that the latent is asked about: those it is made of, or that
    images show; None: all."""

    def __init__(
        self,
        configuration: EncoderConfiguration,
        spec: Spec,  # noqa: ARG002  (for those that derive from it)
        normaliser: Normaliser,  # noqa: ARG002
    ) -> None:
        super().__init__()
        self.latent = configuration.latent
        self.parts = {}
        self.register_buffer("seen", None, persistent=False)

    def load_weights(self, file: str) -> None:
        """Start from the weights in a file. Raises `ConfigurationError` where it cannot."""
        raise ConfigurationError(f"the encoder takes no weights from {file}; leave encoder.weights")

    def forward(self, observation: Observation) -> Tensor:
        """The latent (..., D) of the observation."""
        raise NotImplementedError
