"""The observer: what the sensors say, corrected by what must have happened.

A policy that averages over noise loses precision where there is none. The observer is a model of
the sensors of its own, in front of the encoder: it follows the observation from step to step with
the executed actions, as a Kalman filter does, and weighs each new frame by how far off it has been
of late. It never touches what the policy learns from clean recordings.
"""

import torch
from torch import Tensor, nn

from core.learning.configuration import ObserverConfiguration
from core.learning.fast.recurrence import unroll_gru

TRUST = 2.0
"""Initial logit of the gain: begin by nearly believing the sensors."""
FULL_GAIN = 1.05
"""Factor on the gain before it is cut off at 1: good sensors are believed to the last digit, which
a sigmoid alone never does."""


class Observer(nn.Module):
    """Corrects normalised frames o_t with the actions a_{t-1} executed before them.

    p_t = x_{t-1} + d_t, x_t = p_t + k_t (o_t - p_t): the step d_t and the gain k_t in (0, 1) of
    every feature are read from a recurrent unit over frames, their changes, actions, and whether
    the frame is missing; for a missing frame the gain is 0.
    """

    def __init__(self, configuration: ObserverConfiguration, observation: int, action: int) -> None:
        super().__init__()
        self.observation, self.width = observation, configuration.size
        self.state_size = 2 * observation + self.width + 1
        self.gru = nn.GRU(2 * observation + action + 1, self.width, batch_first=True)
        self.readout = nn.Linear(self.width, 2 * observation)
        with torch.no_grad():
            self.readout.weight.mul_(0.2)  # begin with small steps, and gains alike
            self.readout.bias.zero_()
            self.readout.bias[observation:] = TRUST

    def initial(self, count: int) -> Tensor:
        """State (count, state) before anything was seen: estimate, last frame, memory, begun."""
        return torch.zeros(count, self.state_size)

    def unroll(self, frames: Tensor, before: Tensor, missing: Tensor) -> Tensor:
        """Corrected frames (batch, time, O).

        `frames` (batch, time, O) as received, `before` (batch, time, A) the action executed before
        each, `missing` (batch, time) where none arrived; the first always does.
        """
        kept = (~missing).to(frames.dtype)[..., None]  # (batch, time, 1)
        seen = _held(frames, missing)
        change = torch.cat((torch.zeros_like(seen[:, :1]), seen[:, 1:] - seen[:, :-1]), dim=1)
        inputs = torch.cat((seen, change, before, kept), dim=-1)
        step, gain = self._read(unroll_gru(self.gru, inputs), kept)
        estimate = seen[:, 0]
        estimates = [estimate]
        for t in range(1, frames.shape[1]):
            estimate = torch.lerp(estimate + step[:, t], seen[:, t], gain[:, t])
            estimates.append(estimate)
        return torch.stack(estimates, dim=1)

    def step(
        self, state: Tensor, frame: Tensor, before: Tensor, missing: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """State (count, state) and corrected frame (count, O) after one more `frame` (count, O)."""
        o = self.observation
        estimate, last, memory = state[:, :o], state[:, o : 2 * o], state[:, 2 * o : -1]
        begun = state[:, -1:] > 0.5
        kept = torch.ones_like(state[:, -1:])
        if missing is not None:
            lost = missing[:, None] & begun
            frame = torch.where(lost, last, frame)
            kept = (~lost).to(frame.dtype)
        change = torch.where(begun, frame - last, torch.zeros_like(frame))
        inputs = torch.cat((frame, change, before, kept), dim=-1)
        memory = torch.gru_cell(inputs, memory, *self.gru.all_weights[0])
        step, gain = self._read(memory, kept)
        corrected = torch.where(begun, torch.lerp(estimate + step, frame, gain), frame)
        return torch.cat((corrected, frame, memory, torch.ones_like(kept)), dim=-1), corrected

    def _read(self, memory: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Steps and gains (..., O)."""
        step, logit = self.readout(memory).chunk(2, dim=-1)
        gain = (FULL_GAIN * torch.sigmoid(logit)).clamp(max=1.0)
        return step, gain * kept


def _held(frames: Tensor, missing: Tensor) -> Tensor:
    """Frames (batch, time, O) with the last one received where none arrived."""
    place = torch.arange(frames.shape[1], device=frames.device).expand_as(missing)
    newest = place.masked_fill(missing, 0).cummax(dim=1).values  # (batch, time)
    return frames.gather(1, newest[..., None].expand_as(frames))
