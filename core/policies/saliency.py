"""Where a policy looks: how strongly its next actions depend on each pixel of its images."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.learning import Checkpoint
from core.learning.dataset.frames import Frames
from core.learning.dataset.observation import Observation
from core.policies.cloning import BehaviouralCloning

COPIES = 16
"""Noisy copies of a frame over which the gradient is averaged."""
NOISE = 0.05 * 255
"""Their noise [grey levels]."""
BLUR = 3
"""Width of the square over which a map is averaged, twice [px]."""
BRIGHTEST = 0.995
"""Part of all pixels that are below the top of the scale: a single one must not set it."""


class Saliency(BehaviouralCloning):
    """Maps of where the policy head looks.

    A map is the magnitude of the gradient of the proposed commands with respect to each pixel.
    Gradients of single frames are noisy, so it is averaged over copies of the frame with a little
    noise (SmoothGrad, Smilkov et al., 2017, arXiv:1706.03825). Each copy has random signs for the
    commands, which gives the magnitude over all of them in one pass backwards.

    It looks at one frame alone: what a policy remembers of frames before is left out. Weights are
    only read, so the checkpoint may serve a policy on another thread meanwhile.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        self.copies = COPIES
        """Fewer are faster and noisier; at least 1."""

    def maps(self, frame: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """How much each pixel matters, {image field: (height, width) float32 in [0, 1]}.

        0 is as much as half of all pixels do, or less. The scale is the same for all cameras.
        `frame` {field: shape} is what the policy senses at one moment, in physical units. Raises
        `ObservationError` as `act` does.
        """
        self.reset(1)
        with torch.inference_mode():
            seen = self._sensed({name: np.array(values)[None] for name, values in frame.items()})
        generator = torch.Generator().manual_seed(0)  # the same frame gives the same maps
        pixels = {name: self._copied(image, generator) for name, image in seen.images.items()}
        with torch.enable_grad():
            commands = self._commands(seen, pixels)
            signs = torch.randint(0, 2, commands.shape, generator=generator) * 2.0 - 1.0
            gradients = torch.autograd.grad((commands * signs).sum(), list(pixels.values()))
        strength = {
            name: _blurred(gradient.abs().sum(dim=-1).mean(dim=0))  # (height, width)
            for name, gradient in zip(pixels, gradients, strict=True)
        }
        every = torch.cat([each.flatten() for each in strength.values()])
        low, top = every.quantile(torch.tensor([0.5, BRIGHTEST]))
        scale = (top - low).clamp(min=1e-12)
        return {
            name: ((each - low) / scale).clamp(0.0, 1.0).numpy() for name, each in strength.items()
        }

    def _copied(self, image: Frames, generator: torch.Generator) -> Tensor:
        """Noisy copies (copies, height, width, 3) of a camera's image (1); they have gradients."""
        one = image.tensor().float()
        strength = NOISE if bool(one.any()) else 0.0  # a black image is that of a lost camera
        noise = strength * torch.randn((self.copies, *one.shape[1:]), generator=generator)
        return (one + noise).clamp(0.0, 255.0).requires_grad_()

    def _commands(self, seen: Observation, pixels: Mapping[str, Tensor]) -> Tensor:
        """The mean command (copies, A) of the chunk that is proposed for each copy."""
        rows = torch.arange(self.copies)
        images = {name: Frames(_Copies(each), rows) for name, each in pixels.items()}
        packed = seen.packed.clone().expand(self.copies, -1)  # no longer of inference mode
        still = torch.zeros(self.copies, self.checkpoint.spec.actions.size)
        state = self.model.perceive(
            self.model.belief.initial(self.copies),
            Observation(seen.slices, packed, images),
            still,
        )
        return self._propose(state).mean(dim=1)


class _Copies:
    """An `ImageStore` of float pixels through which gradients pass."""

    device = torch.device("cpu")

    def __init__(self, pixels: Tensor) -> None:
        self._pixels = pixels

    @property
    def shape(self) -> tuple[int, int, int, int]:
        rows, height, width, channels = self._pixels.shape
        return rows, height, width, channels

    def gather(self, rows: Tensor) -> Tensor:
        return self._pixels.index_select(0, rows)

    def to(self, device: torch.device | str) -> "_Copies":  # noqa: ARG002 — policies are on the CPU
        return self


def _blurred(strength: Tensor) -> Tensor:
    """A map (height, width) without the grain of single pixels."""
    each = strength[None, None]
    for _ in range(2):
        each = functional.avg_pool2d(each, BLUR, 1, BLUR // 2, count_include_pad=False)
    return each[0, 0]
