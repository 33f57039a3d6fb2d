"""Observer: noisy, incomplete windows corrected."""

import torch
from torch import Tensor
from torch.nn import functional

from core.learning.configuration import Configuration
from core.learning.losses import OBSERVATION_CLIP, masked_mean
from core.learning.objectives.objective import ActJepa, Batch, Losses, Objective
from core.learning.observer import Observer

OBSERVED_SPAN = 24
"""Length of the part of a window that the observer learns from [control steps]: it forgets faster
than that, and a recurrence costs by its steps."""


class ObserverObjective(Objective):
    """Distance of the corrected frames to what was really there.

    As observations, and as latents of the target encoder: what matters there is what matters to
    policy and predictor.
    """

    terms = ("observer",)
    shapes_belief = False
    part = "observer"

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        sizes = model.spec.vector_size, model.spec.actions.size
        model.observer = Observer(model.configuration.observer, *sizes)

    @classmethod
    def active(cls, configuration: Configuration) -> bool:
        return cls.built(configuration) and super().active(configuration)

    @classmethod
    def built(cls, configuration: Configuration) -> bool:
        return configuration.observer.kind != "none"

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        observer, settings, windows = model.observer, model.configuration.observer, batch.windows
        assert observer is not None
        time = min(OBSERVED_SPAN, windows.time)
        begin = int(windows.offset) % (windows.time - time + 1)
        span = slice(begin, begin + time)
        seen = windows.observations[:, span]
        truth = seen.packed.clamp(-OBSERVATION_CLIP, OBSERVATION_CLIP)  # (batch, time, O)
        generator, device, count = windows.generator, truth.device, len(truth)

        def draw(*shape: int) -> Tensor:
            return torch.rand(*shape, generator=generator).to(device)

        disturbed = (draw(count, 1) >= settings.clean).to(truth.dtype)  # (batch, 1)
        sigma = settings.noise * draw(count, 1) * disturbed
        noise = torch.randn(truth.shape, generator=generator).to(device)
        missing = draw(count, time) < settings.dropout * draw(count, 1) * disturbed
        missing[:, 0] = False
        frames = truth + sigma[..., None] * noise
        # an observer does not know what was done before the first frame
        before = functional.pad(windows.actions[:, begin : begin + time - 1], (0, 0, 1, 0))
        corrected = observer.unroll(frames, before, missing)
        wanted = model.encode_target(seen.with_vectors(truth))
        latent = model.target_encoder(seen.with_vectors(corrected))
        # the noise left, in units of that which was there, or of a twentieth of a deviation
        scale = (sigma + 0.05).square()
        as_seen = (corrected - truth).square().mean(dim=-1) / scale
        spread = wanted.flatten(0, 1).var(dim=0).mean().clamp(min=1e-6)
        as_latent = (latent - wanted).square().mean(dim=-1) / spread
        return {"observer": masked_mean(as_seen + as_latent, windows.valid[:, span])}
