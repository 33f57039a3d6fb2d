"""Encoders: what is sensed, {field: (..., size)}, to a latent (..., D).

An encoder takes a table of named tensors, never one packed vector, so that one for images can be
registered beside the one for state without a change to anything that uses encoders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import torch
from torch import Tensor, nn

from core.learning.configuration import ActionEncoderConfiguration, EncoderConfiguration
from core.learning.dataset.normaliser import Normaliser
from core.learning.encoders.geometry import PlanarGeometry
from core.learning.errors import ConfigurationError
from core.learning.layers import LatentNorm, perceptron
from core.spec import Spec

RELATIVE_SCALE = 0.1
"""Distance that becomes 1 in a relative position [m]: the size of what a hand reaches around."""


class Encoder(nn.Module):
    """Maps normalised fields {name: (..., size)} to a latent (..., latent)."""

    latent: int
    """Size D of the latent."""
    seen: Tensor | None
    """Columns of the packed observation that the latent is made of; None: all."""

    def forward(self, fields: Mapping[str, Tensor]) -> Tensor:
        """The latent (..., D) of the observation."""
        raise NotImplementedError

    def encode_packed(self, packed: Tensor, spec: Spec) -> Tensor:
        """The same of a packed observation (..., O)."""
        latent: Tensor = self({name: packed[..., at] for name, at in spec.slices().items()})
        return latent


class RelativePositions(nn.Module):
    """Differences of all pairs of position fields, from normalised fields.

    A normalised position says where something is on the scale of the whole table; a grasp
    depends on millimetres between hand and object. The difference is linear in the inputs, so it
    is one fixed matrix, (..., O) to (..., 3 * pairs), in units of `RELATIVE_SCALE`.
    """

    matrix: Tensor
    offset: Tensor

    def __init__(self, spec: Spec, normaliser: Normaliser) -> None:
        super().__init__()
        positions = spec.slices("position")
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
        super().__init__()
        self.latent = configuration.latent
        self.clip = configuration.clip
        looked_at = spec.sensing(configuration.ignored).senses
        seen: list[int] = []
        for name, place in spec.slices().items():
            if name in looked_at:
                seen += range(place.start, place.stop)
        inputs = len(seen)
        everything = inputs == spec.vector_size
        self.register_buffer("seen", None if everything else torch.tensor(seen), persistent=False)
        if not inputs:
            raise ConfigurationError(
                f"encoder.ignored leaves no field; fields: {', '.join(spec.slices())}"
            )
        self.relative: RelativePositions | None = None
        if configuration.relative_positions:
            self.relative = RelativePositions(spec, normaliser)
            inputs += self.relative.size
        self.geometry: PlanarGeometry | None = None
        if configuration.geometry:
            self.geometry = PlanarGeometry(spec, normaliser)
            inputs += self.geometry.size
        self.network = perceptron(
            inputs, configuration.hidden, configuration.latent, configuration.activation
        )
        self.norm = LatentNorm(configuration.normalisation, configuration.latent)

    def forward(self, fields: Mapping[str, Tensor]) -> Tensor:
        return self._encode(torch.cat(list(fields.values()), dim=-1))

    def encode_packed(self, packed: Tensor, spec: Spec) -> Tensor:  # noqa: ARG002  (no need to split)
        # rows in one piece: a linear layer takes twice as long over three dimensions with gaps
        rows = packed.reshape(-1, packed.shape[-1])
        return self._encode(rows).view(*packed.shape[:-1], self.latent)

    def _encode(self, packed: Tensor) -> Tensor:
        parts = [packed if self.seen is None else packed[..., self.seen]]  # (..., seen)
        if self.clip:
            parts[0] = parts[0].clamp(-self.clip, self.clip)
        parts += [part(packed) for part in (self.relative, self.geometry) if part is not None]
        inputs = torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]
        latent: Tensor = self.norm(self.network(inputs))
        return latent


EncoderFactory = Callable[[EncoderConfiguration, Spec, Normaliser], Encoder]

ENCODERS: dict[str, EncoderFactory] = {"mlp": StateEncoder}
"""Encoders by name; a new one is registered here."""


def make_encoder(
    configuration: EncoderConfiguration, spec: Spec, normaliser: Normaliser
) -> Encoder:
    """The encoder that the configuration names; raises `ConfigurationError` listing the names."""
    if configuration.kind not in ENCODERS:
        raise ConfigurationError(
            f"unknown encoder '{configuration.kind}'; encoders: {', '.join(ENCODERS)}"
        )
    return ENCODERS[configuration.kind](configuration, spec, normaliser)


def make_action_encoder(
    configuration: ActionEncoderConfiguration, action_size: int, latent: int
) -> nn.Sequential:
    """The action encoder h: (..., A) to (..., D)."""
    return perceptron(action_size, configuration.hidden, latent)
