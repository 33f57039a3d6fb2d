"""The encoder of vector fields: a perceptron over what is sensed and what follows from it."""

from collections.abc import Container
from itertools import combinations

import torch
from torch import Tensor, nn

from core.learning.configuration import EncoderConfiguration
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.encoders.encoder import Encoder
from core.learning.encoders.geometry import PlanarGeometry
from core.learning.errors import ConfigurationError
from core.learning.layers import LatentNorm, perceptron
from core.spec import Spec

RELATIVE_SCALE = 0.1
"""Distance that becomes 1 in a relative position [m]: the size of what a hand reaches around."""


class RelativePositions(nn.Module):
    """Differences of all pairs of position fields, from normalised fields.

    A normalised position says where something is on the scale of the whole table; a grasp
    depends on millimetres between hand and object. The difference is linear in the inputs, so it
    is one fixed matrix, (..., O) to (..., 3 * pairs), in units of `RELATIVE_SCALE`.
    """

    matrix: Tensor
    offset: Tensor

    def __init__(
        self, spec: Spec, normaliser: Normaliser, names: Container[str] | None = None
    ) -> None:
        """`names`: of the fields between which differences are taken; None: all positions."""
        super().__init__()
        positions = {
            name: place
            for name, place in spec.slices("position").items()
            if names is None or name in names
        }
        pairs = list(combinations(positions, 2))
        matrix = torch.zeros(spec.vector_size, 3 * len(pairs))
        offset = torch.zeros(3 * len(pairs))
        for p, (first, second) in enumerate(pairs):
            for name, sign in ((first, -1.0), (second, 1.0)):
                start = positions[name].start
                for axis in range(3):
                    std = float(normaliser.std[name][axis])
                    mean = float(normaliser.mean[name][axis])
                    matrix[start + axis, 3 * p + axis] += sign * std / RELATIVE_SCALE
                    offset[3 * p + axis] += sign * mean / RELATIVE_SCALE
        self.register_buffer("matrix", matrix)
        self.register_buffer("offset", offset)

    @property
    def size(self) -> int:
        """Number of outputs."""
        return self.offset.shape[0]

    def forward(self, packed: Tensor) -> Tensor:
        """(..., O) to (..., 3 * pairs)."""
        return packed @ self.matrix + self.offset


class StateEncoder(Encoder):
    """A perceptron over all numeric fields."""

    def __init__(
        self,
        configuration: EncoderConfiguration,
        spec: Spec,
        normaliser: Normaliser,
    ) -> None:
        super().__init__(configuration, spec, normaliser)
        self.clip = configuration.clip
        seen: list[int] = []
        for name, place in spec.slices().items():
            if name in spec.senses:
                seen += range(place.start, place.stop)
        inputs = len(seen)
        if inputs != spec.vector_size:
            self.seen = torch.tensor(seen)
        if not inputs:
            raise ConfigurationError(
                "encoder.ignored and encoder.senses leave no field; fields: "
                f"{', '.join(spec.slices())}"
            )
        relative, geometry = configuration.relative_positions, configuration.geometry
        self.relative = RelativePositions(spec, normaliser) if relative else None
        self.geometry = PlanarGeometry(spec, normaliser) if geometry else None
        inputs += sum(p.size for p in (self.relative, self.geometry) if p is not None)
        self.network = perceptron(
            inputs, configuration.hidden, configuration.latent, configuration.activation
        )
        self.norm = LatentNorm(configuration.normalisation, configuration.latent)

    def forward(self, observation: Observation) -> Tensor:
        # rows in one piece: a linear layer takes twice as long over three dimensions with gaps
        packed = observation.packed.reshape(-1, observation.packed.shape[-1])  # (rows, O)
        parts = [packed if self.seen is None else packed[:, self.seen]]  # (rows, seen)
        if self.clip:
            parts[0] = parts[0].clamp(-self.clip, self.clip)
        parts += [part(packed) for part in (self.relative, self.geometry) if part is not None]
        inputs = torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]
        latent: Tensor = self.norm(self.network(inputs))  # (rows, D)
        return latent.view(*observation.shape, self.latent)
