"""Many courses of action imagined from each of a few states, without gradients, for a CPU.

`ActJepa.imagine` begins every course from a copy of its state, and encodes, predicts and remembers
in separate products. Here what the actions contribute to the predictor's first layer is one product
for the whole course, what the first state contributes is computed once for all of its courses, and
latent and memory are multiplied together. Results equal `ActJepa.imagine`'s up to rounding.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.learning.beliefs import GivenBelief, RecurrentBelief
from core.learning.model import ActJepa

ACTIVATE = {"relu": torch.relu_, "gelu": functional.gelu}
"""Nonlinearities; they may overwrite what they are given."""


class Imagination:
    """Latents along courses of action, as a model predicts them.

    Owns products of the model's weights, made once. Models other than the default combination (a
    recurrent belief that sees the latent, and a predictor that concatenates) imagine by
    `ActJepa.imagine`.
    """

    def __init__(self, model: ActJepa) -> None:
        self.model = model
        belief = model.belief
        if isinstance(belief, GivenBelief):
            belief = belief.believed  # what is given takes no part in predictions
        self.unrolled = False
        if isinstance(belief, RecurrentBelief) and belief.see_latent:
            self.unrolled = model.predictor.combination == "concatenate"
            if self.unrolled:
                self._prepare(belief)

    @torch.no_grad()
    def _prepare(self, belief: RecurrentBelief) -> None:
        predictor, encoder = self.model.predictor, self.model.action_encoder
        first, *others = (m for m in predictor.network if isinstance(m, nn.Linear))
        from_belief, from_action = first.weight.split((belief.size, belief.latent), dim=1)
        if not predictor.uses_actions:
            from_action = torch.zeros_like(from_action)
        encoded = encoder[-1]
        assert isinstance(encoded, nn.Linear)
        # the action encoder's last layer is linear, and so is what follows: they are one
        self._action = (from_action @ encoded.weight).t().contiguous()
        self._action_bias = from_action @ encoded.bias + first.bias
        self._belief = from_belief.t().contiguous()
        self._layers = [(layer.weight.t().contiguous(), layer.bias) for layer in others]
        weight_in, weight, bias_in, bias = belief.gru.all_weights[0]
        split = 2 * belief.gru.hidden_size  # reset and update gate, then the candidate
        self._gates = torch.cat((weight_in[:split], weight[:split]), dim=1).t().contiguous()
        self._gates_bias = bias_in[:split] + bias[:split]
        self._candidate = weight_in[split:].t().contiguous()
        self._candidate_bias = bias_in[split:]
        self._recurrent = weight[split:].t().contiguous()
        self._recurrent_bias = bias[split:]

    @torch.no_grad()
    def latents(self, state: Tensor, actions: Tensor) -> Tensor:
        """Latents (horizon, n, courses, D) along `actions` (n, courses, horizon, A) from belief
        states (n, state)."""
        n, courses, horizon, _ = actions.shape
        if not self.unrolled:
            states = state.repeat_interleave(courses, dim=0)
            latents, _ = self.model.imagine(states, actions.flatten(0, 1))
            return latents.unflatten(0, (n, courses)).movedim(2, 0)
        state = state[:, : len(self._belief)]
        # (horizon, n * courses, width): what the first layer gets from the actions
        first = self._from_actions(actions.permute(2, 0, 1, 3).flatten(1, 2))
        first[0].view(n, courses, -1).add_((state @ self._belief)[:, None])
        states = torch.empty(horizon + 1, n * courses, state.shape[1])
        states[0].view(n, courses, -1).copy_(state[:, None])
        for k in range(horizon):
            if k:
                first[k].addmm_(states[k], self._belief)
            self._predict(states[k], first[k], states[k + 1])
            if k < horizon - 1:  # nothing is predicted from the last
                self._remember(states[k], states[k + 1])
        latents = states[1:, :, : self.model.belief.latent]
        return latents.unflatten(1, (n, courses))

    def _from_actions(self, actions: Tensor) -> Tensor:
        """What the predictor's first layer gets (horizon, rows, width) from actions."""
        hidden = self.model.action_encoder[:-1](actions)
        return torch.addmm(self._action_bias, hidden.flatten(0, 1), self._action).unflatten(
            0, actions.shape[:2]
        )

    def _predict(self, before: Tensor, first: Tensor, after: Tensor) -> None:
        """Write the next latents into states `after` (rows, state); `first` is the first layer's
        output, before its activation."""
        d = self.model.belief.latent
        predictor = self.model.predictor
        activate = ACTIVATE[self.model.configuration.predictor.activation]
        change = first
        for weight, bias in self._layers:
            change = torch.addmm(bias, activate(change), weight)
        if predictor.residual:
            torch.add(before[:, :d], change, out=after[:, :d])
        else:
            after[:, :d] = change

    def _remember(self, before: Tensor, after: Tensor) -> None:
        """Write the next memory into states `after` (rows, state), whose latents are there."""
        d = self.model.belief.latent
        latent, memory = after[:, :d], after[:, d:]
        memory.copy_(before[:, d:])
        # r, z = sigmoid(W [latent; h]); n = tanh(W_in latent + r (W_n h)); h <- n + z (h - n)
        r, z = torch.addmm(self._gates_bias, after, self._gates).sigmoid_().chunk(2, dim=1)
        recurrent = torch.addmm(self._recurrent_bias, memory, self._recurrent)
        candidate = torch.addmm(self._candidate_bias, latent, self._candidate)
        candidate.addcmul_(r, recurrent).tanh_()
        torch.lerp(candidate, memory, z, out=memory)
