"""Inverse dynamics: what was done between a belief and a later latent."""

import torch

from core.learning.configuration import Configuration
from core.learning.heads import PROBE_WIDTH
from core.learning.layers import perceptron
from core.learning.losses import action_distance, masked_mean
from core.learning.objectives.objective import (
    SPREAD_POINTS,
    ActJepa,
    Batch,
    Losses,
    Need,
    Objective,
)


class InverseDynamics(Objective):
    """The actions that led from a belief to a latent `inverse_span` steps later.

    Some windows are not given the later latent: what is asked for is then imitation.
    """

    terms = ("inverse_dynamics",)
    needs = Need.STATES

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        span, size = model.configuration.loss.inverse_span, model.spec.actions.size
        self.shape, self.actions_ahead = (span, size), span
        # pairs lie inside the window where it is long enough
        if model.configuration.training.window <= span:
            self.frames_ahead, self.needs = span, Need.STATES | Need.LATENTS_AHEAD
        self.latents_of = (span,)
        inputs, outputs = model.belief.size + model.encoder.latent, span * size
        self.network = perceptron(inputs, (PROBE_WIDTH,), outputs)

    @classmethod
    def built(cls, configuration: Configuration) -> bool:  # noqa: ARG003
        return True  # so that all methods begin with the same policy head

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        configuration, windows, span = model.configuration, batch.windows, self.shape[0]
        last = min(batch.latents.shape[1] - span, windows.time)
        points = batch.points(SPREAD_POINTS, last)
        before = model.belief.read(batch.states[:, points])
        after = batch.latents[:, points + span]
        drawn = torch.rand(len(after), generator=windows.generator)
        hidden = (drawn < configuration.loss.hidden_future).to(after.device)
        # only rows that may be imitated are examples of it
        hidden = hidden[:, None] & windows.chunks_imitated(span)[:, points].all(dim=-1)
        after = after.masked_fill(hidden[..., None], 0.0)
        recovered = self.network(torch.cat((before, after), dim=-1)).unflatten(-1, self.shape)
        done = windows.chunks(span)[:, points]
        distance = action_distance(recovered, done, configuration.head.loss)
        exists = windows.valid[:, points + span, None] & windows.chunks_exist(span)[:, points]
        return {"inverse_dynamics": masked_mean(distance, exists)}
