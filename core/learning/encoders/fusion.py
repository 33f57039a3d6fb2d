"""Encoders of images: a network for each camera, and all senses fused into one latent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn

from core.learning.configuration import EncoderConfiguration
from core.learning.dataset.frames import Frames
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.encoders.encoder import Encoder
from core.learning.encoders.trunks.cnn import ConvolutionalTrunk
from core.learning.encoders.trunks.resnet import ResNet18
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.vit import ViTSmall, ViTTiny
from core.learning.errors import ConfigurationError
from core.learning.layers import LatentNorm, perceptron
from core.spec import Field, Spec

PIXELS_AT_ONCE = 1024 * 64 * 64
"""Pixels of a camera that are encoded together where no gradient is needed; bounds the memory."""
SHARED = "all"
"""Name of the trunk that looks at the images of all cameras."""
PROPRIOCEPTION = "proprioception"
"""Modality of the vector fields other than forces."""
FORCE = "force"
"""Modality of forces and torques."""


class Modality(nn.Module):
    """Features of one modality, brought to one scale: a linear layer, layer norm and tanh."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.Tanh())
        self.absent = nn.Parameter(torch.zeros(outputs))
        """What stands for a modality that is not there."""

    def forward(self, features: Tensor | None, count: int, hidden: Tensor | None) -> Tensor:
        """(count, inputs) to (count, outputs); `hidden` (count,) says in which rows to hide it."""
        if features is None:
            return self.absent.expand(count, -1)
        result: Tensor = self.layers(features)
        return result if hidden is None else torch.where(hidden[:, None], self.absent, result)


class FusionEncoder(Encoder):
    """One latent from the images of any number of cameras, proprioception and force.

    Each modality gets features of its own; a perceptron mixes them into the latent, or each has a
    part of the latent to itself. While it trains, modalities may be hidden; one that is missing
    from an observation is treated alike.
    """

    takes_images = True
    trunk: ClassVar[type[Trunk]]
    """The network over the images of one camera."""

    def __init__(
        self, configuration: EncoderConfiguration, spec: Spec, normaliser: Normaliser
    ) -> None:
        super().__init__(configuration, spec, normaliser)
        self.cameras = tuple(field for field in spec.sensed if field.kind == "image")
        if not self.cameras:
            raise ConfigurationError(
                f"the encoder '{configuration.kind}' needs images, and the policy senses none; set "
                "encoder.senses to cameras, or choose the encoder 'mlp'"
            )
        self.clip, self.dropout = configuration.clip, configuration.modality_dropout
        self.precision = _precision(configuration.precision)
        self.trunks = nn.ModuleDict(self._trunks(configuration))
        self._columns = _columns(spec)
        sizes = {f.name: self._trunk(f).features for f in self.cameras}
        sizes |= {name: len(columns) for name, columns in self._columns.items()}
        width = configuration.modality
        if configuration.fusion == "separate":
            width = configuration.latent // len(sizes)
        self.modalities = nn.ModuleDict(
            {name: Modality(size, width) for name, size in sizes.items()}
        )
        self.parts = self._parts(configuration, width)
        self.network: nn.Module = nn.Identity()
        if configuration.fusion == "mixed":
            inputs, activation = width * len(sizes), configuration.activation
            self.network = perceptron(
                inputs, configuration.hidden[-1:], configuration.latent, activation
            )
        self.norm = LatentNorm(configuration.normalisation, configuration.latent)
        seen = spec.slices("position", "displacement", "rotation", "opening", "scalar").values()
        columns = [column for place in seen for column in range(place.start, place.stop)]
        self.seen = torch.tensor(columns) if columns else None

    def forward(self, observation: Observation) -> Tensor:
        count = observation.packed[..., 0].numel()
        hidden = self._hidden(observation)  # (rows, modalities), or None
        features = []
        for place, (name, modality) in enumerate(self.modalities.items()):
            found, black = self._features(name, observation, count)
            absent = black if hidden is None else hidden[:, place]
            features.append(modality(found, count, absent))
        latent: Tensor = self.norm(self.network(torch.cat(features, dim=-1)))  # (rows, D)
        return latent.view(*observation.shape, self.latent)

    def load_weights(self, file: str) -> None:
        """Start from the weights in a safetensors file."""
        for trunk in self.trunks.values():
            assert isinstance(trunk, Trunk)
            trunk.load_weights(file)

    def _trunks(self, configuration: EncoderConfiguration) -> dict[str, nn.Module]:
        shapes = {field.shape[:2] for field in self.cameras}
        if not configuration.shared:
            return {f.name: self.trunk(configuration, *f.shape[:2]) for f in self.cameras}
        if len(shapes) > 1:
            raise ConfigurationError(
                "encoder.shared asks for one network for all cameras, whose images have "
                f"{len(shapes)} sizes; give each camera its own"
            )
        return {SHARED: self.trunk(configuration, *shapes.pop())}

    def _trunk(self, camera: Field) -> Trunk:
        trunk = self.trunks[SHARED if SHARED in self.trunks else camera.name]
        assert isinstance(trunk, Trunk)
        return trunk

    def _parts(self, configuration: EncoderConfiguration, width: int) -> Mapping[str, slice]:
        """Where each modality's part of the latent is; nowhere if they are mixed."""
        if configuration.fusion == "mixed":
            return {}
        if width * len(self.modalities) != configuration.latent:
            raise ConfigurationError(
                f"encoder.latent is {configuration.latent}; it must be a multiple of the "
                f"{len(self.modalities)} modalities where encoder.fusion is separate"
            )
        return {
            name: slice(place * width, (place + 1) * width)
            for place, name in enumerate(self.modalities)
        }

    def _features(
        self, name: str, observation: Observation, count: int
    ) -> tuple[Tensor | None, Tensor | None]:
        """What a modality is made of (count, inputs), None if it is missing; and where it is black.

        A camera that gives black images has stopped. Demonstrations are taken as they are.
        """
        if name in self._columns:
            packed = observation.packed[..., self._columns[name]].reshape(count, -1)
            return packed.clamp(-self.clip, self.clip) if self.clip else packed, None
        frames = observation.images.get(name)
        return (None, None) if frames is None else self._look(name, frames)

    def _look(self, name: str, frames: Frames) -> tuple[Tensor, Tensor | None]:
        """What the trunk makes of the images (...) of a camera, (rows, features), and which of
        them are black (rows,), which is asked in deployment only."""
        trunk = self.trunks[SHARED if SHARED in self.trunks else name]
        flat = Frames(
            frames.store,
            frames.rows.flatten(),
            None if frames.views is None else frames.views.reshape(-1, frames.views.shape[-1]),
        )
        _, height, width, _ = flat.shape
        at_once = len(flat)
        if not torch.is_grad_enabled():
            at_once = max(1, PIXELS_AT_ONCE // (height * width))
        found, black = [], []
        for start in range(0, len(flat), at_once):
            pixels = flat[start : start + at_once].pixels(self.precision)
            with self._computing(pixels):
                found.append(trunk(pixels).float())
            if not self.training:
                black.append(pixels.amax(dim=(1, 2, 3)) == 0)
        return torch.cat(found), torch.cat(black) if black else None

    @contextmanager
    def _computing(self, pixels: Tensor) -> Iterator[None]:
        enabled = self.precision == torch.bfloat16
        with torch.autocast(pixels.device.type, torch.bfloat16, enabled=enabled):
            yield

    def _hidden(self, observation: Observation) -> Tensor | None:
        """Which modality is hidden in which row, (rows, modalities)."""
        if not (self.training and self.dropout):
            return None
        leading = observation.shape
        drawn = torch.rand(leading[0], len(self.modalities), device=observation.device)
        hidden = drawn < self.dropout
        hidden[hidden.all(dim=1)] = False  # something has to be seen
        each = hidden.view(leading[0], *(1,) * (len(leading) - 1), -1)
        return each.expand(*leading, -1).reshape(-1, len(self.modalities))


class CnnEncoder(FusionEncoder):
    """A few convolutions: the fastest on a processor."""

    trunk = ConvolutionalTrunk


class ResNetEncoder(FusionEncoder):
    """A residual network of 18 layers."""

    trunk = ResNet18


class ViTSmallEncoder(FusionEncoder):
    """A vision transformer of 22 million parameters."""

    trunk = ViTSmall


class ViTTinyEncoder(FusionEncoder):
    """A vision transformer of 5.5 million parameters."""

    trunk = ViTTiny


def _columns(spec: Spec) -> dict[str, list[int]]:
    """Columns of the packed vectors of each modality that is no camera."""
    columns: dict[str, list[int]] = {}
    places = spec.slices()
    for field in spec.sensed:
        if field.kind != "image":
            name = FORCE if field.kind == "wrench" else PROPRIOCEPTION
            place = places[field.name]
            columns.setdefault(name, []).extend(range(place.start, place.stop))
    return dict(sorted(columns.items(), reverse=True))


def _precision(chosen: str) -> torch.dtype:
    """Numbers in which images are computed."""
    if chosen == "auto":
        fast = torch.cuda.is_available() or torch.cpu._is_avx512_bf16_supported()
        return torch.bfloat16 if fast else torch.float32
    return torch.bfloat16 if chosen == "bfloat16" else torch.float32
