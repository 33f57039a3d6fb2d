# ruff: noqa: ARG002  (all beliefs are called alike; not each needs all that it is given)
"""Beliefs: a latent state that remembers, one interface for every form of memory.

A belief carries one flat state (count, state_size) per episode. Its first D entries are always
the present estimate of the latent; `read` gives what the predictor sees, and `known` what the heads
see. `step` takes one control step, `unroll` a whole window, with equal results.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.learning.configuration import BeliefConfiguration
from core.learning.errors import UnknownChoiceError
from core.learning.fast.recurrence import unroll_gru
from core.registry import Registry

Prior = Callable[[Tensor, int], Tensor]
"""Predicts the next latent (count, D) from the belief's state and the index of the control step."""


class Belief(nn.Module):
    """Base of all beliefs."""

    uses_prior: bool = False
    """Whether `step` needs the latent predicted from the last belief and the executed action."""

    def __init__(self, latent: int, size: int, state_size: int) -> None:
        """`latent`: size D of the latents that come in. `size`: of what `read` returns.
        `state_size`: of the state carried from step to step."""
        super().__init__()
        self.latent, self.size, self.state_size = latent, size, state_size

    @property
    def known_size(self) -> int:
        """Size of what `known` returns."""
        return self.size

    def known(self, state: Tensor) -> Tensor:
        """What policy head, goal map and decoder see (..., known_size)."""
        return self.read(state)

    def initial(self, count: int, device: torch.device | str | None = None) -> Tensor:
        """State (count, state_size) at the beginning of an episode: nothing seen yet."""
        return torch.zeros(count, self.state_size, device=device)

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        """State after `latent` (count, D) was seen where `prior` (count, D) had been predicted."""
        raise NotImplementedError

    def read(self, state: Tensor) -> Tensor:
        """The belief (..., size) held in a state (..., state_size)."""
        raise NotImplementedError

    def estimate(self, state: Tensor) -> Tensor:
        """The present latent (..., D) as the belief has it."""
        return state[..., : self.latent]

    def begun_anew(self, state: Tensor) -> Tensor:
        """The state (count, state_size) of an episode that begins with the present estimate."""
        return self.step(self.initial(len(state), state.device), self.estimate(state))

    def unroll(self, latents: Tensor, prior: Prior | None = None) -> Tensor:
        """States (batch, time, state_size) after each of `latents` (batch, time, D)."""
        state = self.initial(latents.shape[0], latents.device)
        states = []
        for t in range(latents.shape[1]):
            expected = prior(state, t - 1) if prior is not None and t > 0 else None
            state = self.step(state, latents[:, t], expected)
            states.append(state)
        return torch.stack(states, dim=1)


class NoBelief(Belief):
    """No memory: the belief is the encoded observation."""

    def __init__(self, configuration: BeliefConfiguration, latent: int) -> None:
        super().__init__(latent, latent, latent)

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        return latent

    def read(self, state: Tensor) -> Tensor:
        return state

    def unroll(self, latents: Tensor, prior: Prior | None = None) -> Tensor:
        return latents


class RecurrentBelief(Belief):
    """A gated recurrent unit over latents; state and belief are [latent, recurrent state].

    The executed action is not an input: a policy that sees it learns to copy it.
    """

    def __init__(self, configuration: BeliefConfiguration, latent: int) -> None:
        width, whole = configuration.size, latent + configuration.size
        super().__init__(latent, whole if configuration.see_latent else width, whole)
        self.see_latent = configuration.see_latent
        self.gru = nn.GRU(latent, width, batch_first=True)

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        memory = state[:, self.latent :]
        # the same arithmetic as nn.GRU for one step, without its set-up cost
        memory = torch.gru_cell(latent, memory, *self.gru.all_weights[0])
        return torch.cat((latent, memory), dim=-1)

    def read(self, state: Tensor) -> Tensor:
        return state if self.see_latent else state[..., self.latent :]

    def unroll(self, latents: Tensor, prior: Prior | None = None) -> Tensor:
        memories = unroll_gru(self.gru, latents)  # (batch, time, width)
        return torch.cat((latents, memories), dim=-1)


class StackedBelief(Belief):
    """The last `length` latents side by side, the present one first.

    Before `length` have been seen, the first stands in for those that are missing.
    """

    def __init__(self, configuration: BeliefConfiguration, latent: int) -> None:
        size = latent * configuration.length
        # the last entry of the state says whether anything was seen
        super().__init__(latent, size, size + 1)

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        repeats = self.size // self.latent
        begun = state[:, -1:] > 0.5
        shifted = torch.cat((latent, state[:, : self.size - self.latent]), dim=-1)
        stack = torch.where(begun, shifted, latent.repeat(1, repeats))
        return torch.cat((stack, torch.ones_like(state[:, -1:])), dim=-1)

    def read(self, state: Tensor) -> Tensor:
        return state[..., : self.size]


class FilterBelief(Belief):
    """A learned Kalman-style filter: prediction corrected by a gated innovation.

    z <- prior + K * (latent - prior), with the gain K in (0, 1) computed from the innovation, its
    running mean square v and the prior; v <- 0.9 v + 0.1 innovation^2. The belief is z.
    """

    uses_prior = True

    def __init__(self, configuration: BeliefConfiguration, latent: int) -> None:
        # the state: estimate, v, and whether anything was seen
        super().__init__(latent, latent, 2 * latent + 1)
        self.gain = nn.Sequential(
            nn.Linear(3 * latent, configuration.size),
            nn.ReLU(),
            nn.Linear(configuration.size, latent),
        )
        last = self.gain[-1]
        assert isinstance(last, nn.Linear)
        nn.init.constant_(last.bias, 2.0)  # begin by trusting the sensors

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        if prior is None:
            prior = latent
        d = self.latent
        begun = state[:, -1:] > 0.5
        innovation = torch.where(begun, latent - prior, torch.zeros_like(latent))
        v = 0.9 * state[:, d : 2 * d] + 0.1 * innovation.square()
        k = torch.sigmoid(self.gain(torch.cat((innovation, v, prior), dim=-1)))
        estimate = torch.where(begun, prior + k * innovation, latent)
        return torch.cat((estimate, v, torch.ones_like(state[:, -1:])), dim=-1)

    def read(self, state: Tensor) -> Tensor:
        return state[..., : self.latent]


class GivenBelief(Belief):
    """Another belief, and fields that are given beside what is encoded.

    The last entries of the state hold the fields as they were given last. They reach the heads and
    neither the latent nor its prediction.
    """

    def __init__(self, believed: Belief, given: int) -> None:
        """`given`: size of the fields together."""
        super().__init__(believed.latent, believed.size, believed.state_size + given)
        self.believed, self.given = believed, given
        self.uses_prior = believed.uses_prior

    @property
    def known_size(self) -> int:
        return self.size + self.given

    def known(self, state: Tensor) -> Tensor:
        return torch.cat((self.read(state), state[..., self.believed.state_size :]), dim=-1)

    def give(self, state: Tensor, fields: Tensor) -> Tensor:
        """The state (..., state_size) with `fields` (..., given) as they are given now."""
        return torch.cat((state[..., : self.believed.state_size], fields), dim=-1)

    def begun_anew(self, state: Tensor) -> Tensor:
        return self.give(super().begun_anew(state), state[..., self.believed.state_size :])

    def step(self, state: Tensor, latent: Tensor, prior: Tensor | None = None) -> Tensor:
        inner = self.believed.step(state[..., : self.believed.state_size], latent, prior)
        return torch.cat((inner, state[..., self.believed.state_size :]), dim=-1)

    def read(self, state: Tensor) -> Tensor:
        return self.believed.read(state[..., : self.believed.state_size])

    def unroll(self, latents: Tensor, prior: Prior | None = None) -> Tensor:
        states = self.believed.unroll(latents, prior)
        return torch.nn.functional.pad(states, (0, self.given))


BELIEFS: Registry[Callable[[BeliefConfiguration, int], Belief]] = Registry(
    "belief",
    {"none": NoBelief, "gru": RecurrentBelief, "stack": StackedBelief, "filter": FilterBelief},
    error=UnknownChoiceError,
)
"""Beliefs by name."""
