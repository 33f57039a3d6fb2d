"""An encoder of images and vectors: patches of each image, and a linear layer."""

import torch
from torch import Tensor, nn

from core.learning.encoders import Encoder

PATCH = 8
"""Height and width of a patch [pixels]."""
WIDTH = 8
"""Numbers that become of a patch."""


class PatchEncoder(Encoder):
    """Every image in patches, each through one linear layer; all side by side with the vectors."""

    takes_images = True

    def __init__(self, configuration, spec, normaliser):
        super().__init__(configuration, spec, normaliser)
        images = [field for field in spec.sensed if field.kind == "image"]
        self.names = [field.name for field in images]
        self.patches = nn.ModuleDict(
            {name: nn.Conv2d(3, WIDTH, PATCH, stride=PATCH) for name in self.names}
        )
        inputs = spec.vector_size
        for field in images:
            height, width, _ = field.shape
            inputs += WIDTH * (height // PATCH) * (width // PATCH)
        self.mix = nn.Linear(inputs, configuration.latent)

    def forward(self, observation) -> Tensor:
        """Latent (..., D) of an observation; images come as uint8 (..., height, width, 3)."""
        parts = [observation.packed.reshape(-1, observation.packed.shape[-1])]
        for name in self.names:
            image = observation[name].flatten(0, -4).movedim(-1, 1)  # (rows, 3, height, width)
            parts.append(self.patches[name](image.float() / 255.0 - 0.5).flatten(1))
        latent = torch.tanh(self.mix(torch.cat(parts, dim=-1)))  # (rows, D)
        return latent.view(*observation.shape, self.latent)
