"""What every network over images is."""

from torch import Tensor, nn

from core.learning.configuration import EncoderConfiguration
from core.learning.errors import ConfigurationError


class Trunk(nn.Module):
    """Maps the images of one camera (N, 3, height, width) to features (N, features).

    Images come in the range 0 to 1, in the memory order of (N, height, width, 3); a trunk scales
    them as it needs.
    """

    features: int
    """Size of what `forward` returns."""

    def __init__(
        self,
        configuration: EncoderConfiguration,
        height: int,  # noqa: ARG002  (for those that derive from it)
        width: int,  # noqa: ARG002
    ) -> None:
        super().__init__()
        self.kind = configuration.kind

    def forward(self, images: Tensor) -> Tensor:
        """Features (N, features) of images (N, 3, height, width)."""
        raise NotImplementedError

    def load_weights(self, file: str) -> None:  # noqa: ARG002
        """Start from the weights in a safetensors file. Raises `ConfigurationError`."""
        raise ConfigurationError(
            f"the encoder '{self.kind}' starts from random weights; encoder.weights needs "
            "resnet18, vit_s or vit_tiny"
        )
