"""Latent observer: noisy frames brought to the latents of clean ones."""

import torch
from torch import Tensor

from core.learning.configuration import Configuration
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.observation import Observation
from core.learning.latent_observer import LatentObserver
from core.learning.layers import evaluating
from core.learning.losses import action_distance, masked_mean
from core.learning.objectives.objective import ActJepa, Batch, Losses, Objective

MEASURED_ROWS = 512
"""Frames from which the spread of the latents is measured."""


class LatentObserverObjective(Objective):
    """Distance of the estimated latents, and of what the head makes of them, to the clean ones.

    Learned when all else is, which stays as it is.
    """

    terms = ("observed_latent", "observed_action")
    phase = "observer"
    shapes_belief = False
    part = "latent_observer"

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        settings = model.configuration.latent_observer
        model.latent_observer = LatentObserver(settings, model.encoder)

    @classmethod
    def active(cls, configuration: Configuration) -> bool:
        return cls.built(configuration) and super().active(configuration)

    @classmethod
    def built(cls, configuration: Configuration) -> bool:
        return configuration.latent_observer.kind != "none"

    def begin(self, model: ActJepa, demonstrations: Demonstrations) -> None:
        assert model.latent_observer is not None
        count = len(demonstrations.observations)
        rows = torch.linspace(0, count - 1, min(count, MEASURED_ROWS)).long()
        with evaluating(model):
            latents = model.encode(demonstrations.observations[rows.to(demonstrations.device)])
        model.latent_observer.begin(model.encoder, latents)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        observer, windows, time = model.latent_observer, batch.windows, batch.windows.time
        assert observer is not None
        seen, actions = windows.observations[:, :time], windows.actions[:, :time]
        noisy, missing = self._disturbed(model, seen, windows.generator)
        with torch.no_grad():
            clean = model.encode(seen)  # (batch, time, D)
        encoded = torch.zeros_like(clean)
        encoded[~missing] = observer.encode(noisy[~missing])
        latents, states = observed_states(model, encoded, actions, missing)
        valid = windows.valid[:, :time]
        error = (latents - clean).square().mean(dim=-1) / observer.scale.square()
        belief = model.belief
        with torch.no_grad():
            states_clean = model.give(model.remember(clean, actions), seen)
            wanted = model.action_chunk(belief.known(states_clean))
        proposed = model.action_chunk(belief.known(model.give(states, seen)))
        distance = action_distance(proposed, wanted, "l1").mean(dim=-1)
        return {
            "observed_latent": masked_mean(error, valid),
            "observed_action": masked_mean(distance, valid),
        }

    @staticmethod
    def _disturbed(
        model: ActJepa, seen: Observation, generator: torch.Generator
    ) -> tuple[Observation, Tensor]:
        """The frames (batch, time) with noise, and which of them are lost (batch, time)."""
        settings, device = model.configuration.latent_observer, seen.device
        count, time = seen.shape

        def draw(*shape: int) -> Tensor:
            return torch.rand(*shape, generator=generator)

        disturbed = (draw(count, 1) >= settings.clean).float()
        level = settings.noise * draw(count, 1) * disturbed
        images = {name: each.noisy(level, generator) for name, each in seen.images.items()}
        sigma = settings.vector_noise * draw(count, 1) * disturbed
        noise = sigma[..., None] * torch.randn(seen.packed.shape, generator=generator)
        missing = draw(count, time) < settings.dropout * draw(count, 1) * disturbed
        missing[:, 0] = False
        noisy = seen.with_images(images).with_vectors(seen.packed + noise.to(device))
        return noisy, missing.to(device)


def observed_states(
    model: ActJepa, encoded: Tensor, actions: Tensor, missing: Tensor
) -> tuple[Tensor, Tensor]:
    """Estimates (batch, time, D) and belief states (batch, time, state) along a window.

    `encoded` (batch, time, D) is what each frame looks like, `actions` (batch, time, A) what was
    done after it, and `missing` (batch, time) where none arrived.
    """
    observer, belief = model.latent_observer, model.belief
    assert observer is not None
    count, time = missing.shape
    sensing, state = observer.initial(count, encoded.device), belief.initial(count, encoded.device)
    latents, states = [], []
    prior = encoded[:, 0]
    for t in range(time):
        sensing, latent = observer.step(sensing, encoded[:, t], prior, missing[:, t])
        state = belief.step(state, latent, prior)
        latents.append(latent)
        states.append(state)
        if t + 1 < time:
            prior = model.predict(state, actions[:, t])
    return torch.stack(latents, dim=1), torch.stack(states, dim=1)
