"""The latent observer: what the policy's encoder would see, were the sensors clean.

Noise in images is answered after the training of a policy, which stays as it is: a copy of its
encoder learns to look through the noise, and the world model says what is to be expected.
"""

from copy import deepcopy

import torch
from torch import Tensor, nn

from core.learning.configuration import LatentObserverConfiguration
from core.learning.dataset.observation import Observation
from core.learning.encoders import Encoder

TRUST = 2.0
"""Initial logit of the gain: begin by nearly believing the frame."""
FULL_GAIN = 1.05
"""Factor on the gain before it is cut off at 1, which a sigmoid alone never reaches."""
KEPT = 0.9
"""Part of the running mean square of innovations that a step keeps."""


class LatentObserver(nn.Module):
    """Estimates latents z_t from noisy frames o_t, as z_t = p_t + k_t (e(o_t) - p_t).

    e is an encoder of its own, which begins as the policy's, and p_t what the policy's world model
    predicts from the estimate before and the executed action. The gain k_t of every entry is 1
    (kind ``frame``), or it is read from the innovation e(o_t) - p_t, its running mean square and
    p_t (``gated``). Where no frame arrived it is 0: the prediction stands in. The first frame is
    believed.
    """

    scale: Tensor

    def __init__(self, configuration: LatentObserverConfiguration, encoder: Encoder) -> None:
        """`encoder`: that of the policy, which is copied."""
        super().__init__()
        self.latent = encoder.latent
        self.encoder = deepcopy(encoder)
        self.gain = None
        if configuration.kind == "gated":
            width = configuration.size
            layers = nn.Linear(3 * self.latent, width), nn.ReLU(), nn.Linear(width, self.latent)
            nn.init.zeros_(layers[-1].weight)
            nn.init.constant_(layers[-1].bias, TRUST)
            self.gain = nn.Sequential(*layers)
        self.register_buffer("scale", torch.ones(()))
        """Standard deviation of a clean latent, mean over its entries."""
        self.state_size = self.latent + 1

    @torch.no_grad()
    def begin(self, encoder: Encoder, latents: Tensor) -> None:
        """Begin with the weights of the trained `encoder`, whose clean `latents` (rows, D) are."""
        self.encoder.load_state_dict(encoder.state_dict())
        self.scale.copy_(latents.var(dim=0).mean().clamp(min=1e-6).sqrt())

    def initial(self, count: int, device: torch.device | str | None = None) -> Tensor:
        """State (count, state) before anything was seen: mean square of innovations, begun."""
        return torch.zeros(count, self.state_size, device=device)

    def encode(self, observation: Observation) -> Tensor:
        """What a noisy observation (...) looks like by itself, (..., D)."""
        encoded: Tensor = self.encoder(observation)
        return encoded

    def step(
        self, state: Tensor, encoded: Tensor, prior: Tensor, missing: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """State (count, state) and estimate (count, D) after one more frame.

        `encoded` (count, D) is what it looks like, `prior` (count, D) what was predicted. Where
        `missing` (count,) is True no frame arrived.
        """
        begun = state[:, -1:] > 0.5
        gain = torch.ones_like(encoded)
        squares = state[:, :-1]
        if self.gain is not None:
            innovation = (encoded - prior) / self.scale
            squares = torch.lerp(innovation.square(), squares, KEPT)
            known = torch.cat((innovation, squares, prior / self.scale), dim=-1)
            gain = (FULL_GAIN * torch.sigmoid(self.gain(known))).clamp(max=1.0)
        if missing is not None:
            lost = missing[:, None]
            gain, squares = gain.masked_fill(lost, 0.0), torch.where(lost, state[:, :-1], squares)
        gain = torch.where(begun, gain, torch.ones_like(gain))
        squares = torch.where(begun, squares, torch.zeros_like(squares))
        estimate = torch.lerp(prior, encoded, gain)
        return torch.cat((squares, torch.ones_like(state[:, -1:])), dim=-1), estimate
