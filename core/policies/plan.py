"""Latent planning: imagine several courses of action, prefer those that lead to the goal."""

from __future__ import annotations

import torch
from torch import Tensor

from core.learning import Checkpoint
from core.policies.nearest import Neighbourhood, whitening
from core.policies.policy import BeliefPolicy, Explanation

SHOWN_FUTURES = 12
"""Courses shown to people, the best ones."""


class LatentPlanning(BeliefPolicy):
    """Proposes around the policy head's chunk and those of the nearest demonstrations.

    Every proposal is rolled out by the predictor. Its cost is the distance of the last latent to
    the goal latent (goal map: what the demonstrations reach from such a belief) plus the
    distance of the whole course to the courses of the nearest demonstrations, which keeps the
    search where the predictor has been trained. The proposals are averaged with weights
    exp(-cost / temperature) (model predictive path integral control, Williams et al. 2017).
    """

    mode = "plan"

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        samples: int = 64,
        neighbours: int = 4,
        spread: float = 0.2,
        staying: float = 0.5,
        temperature: float = 0.5,
        decay: float = 0.0,
        seed: int = 0,
        delay: int = 0,
    ) -> None:
        """`samples`: courses imagined. `neighbours`: demonstrations proposed around. `spread`:
        standard deviation of the perturbations, as a part of that of the actions demonstrated.
        `staying`: weight of staying near the demonstrations. `temperature`: in units of the spread
        of costs. `decay`: of older chunks [1/control step]. `seed`: of the perturbations, which
        are the same at every step and place. `delay`: age of every frame [control steps].
        """
        self.horizon = checkpoint.configuration.loss.goal_horizon
        length = max(checkpoint.model.head.chunk, self.horizon)
        self.neighbourhood = Neighbourhood(checkpoint, length)
        self.neighbours = min(neighbours, len(self.neighbourhood.keys), samples - 1)
        self.staying, self.temperature = staying, temperature
        space = checkpoint.space
        sources = 1 + self.neighbours
        # the head's chunk is the source of half of the samples, the demonstrations share the rest
        source = torch.zeros(samples, dtype=torch.long)
        source[:sources] = torch.arange(sources)
        pair = torch.arange(samples - sources) // 2
        source[sources:] = torch.where(pair % 2 == 0, 0, 1 + (pair // 2) % max(1, self.neighbours))
        self._source = source
        self._noise = torch.zeros(samples, length, space.action_size)
        self._noise[sources:] = _perturbations(
            samples - sources, length, checkpoint.memory.actions.std(dim=0) * spread, seed
        )
        if space.gripper is not None:
            self._noise[..., space.gripper] = 0.0  # a choice of two is not perturbed
        targets = checkpoint.encoded_memory().targets  # (rows, D)
        self._targets = targets
        self._scale = whitening(targets)
        super().__init__(checkpoint, decay=decay, length=length, delay=delay)

    def _resize(self, count: int) -> None:
        self._followed = torch.full((count,), -1, dtype=torch.long)
        self._ranked = torch.zeros(count, 0, *self._ensemble.shape)

    def _clear(self, index: Tensor) -> None:
        self._followed[index] = -1

    def _propose(self, state: Tensor) -> Tensor:
        model, space = self.model, self.neighbourhood
        belief = model.belief.read(state)  # (n, size)
        rows = space.distances(belief).topk(self.neighbours, dim=1, largest=False).indices
        self._followed = rows[:, 0]
        chunks = self._proposals(belief, rows)  # (n, samples, length, A)
        n, samples, _, size = chunks.shape
        course = chunks[:, :, : self.horizon].reshape(n * samples, self.horizon, size)
        latents, _ = model.imagine(state.repeat_interleave(samples, dim=0), course)
        latents = (latents * self._scale).unflatten(0, (n, samples))  # (n, samples, horizon, D)
        costs = self._distance_to_goal(belief, latents)
        costs = costs + self.staying * self._distance_to_data(rows, latents)
        spread = costs.std(dim=1, keepdim=True).clamp(min=1e-8)
        weights = torch.softmax(-costs / (self.temperature * spread), dim=1)  # (n, samples)
        self._keep_best(costs, chunks)
        return torch.einsum("ns,nsla->nla", weights, chunks)

    def _proposals(self, belief: Tensor, rows: Tensor) -> Tensor:
        """Chunks (n, samples, length, A) around the head's and the neighbours'."""
        length = self._ensemble.shape[0]
        own = self.model.action_chunk(belief)  # (n, chunk, A)
        missing = length - own.shape[1]
        if missing:
            own = torch.cat((own, own[:, -1:].expand(-1, missing, -1)), dim=1)
        sources = torch.cat((own[:, None], self.neighbourhood.chunks[rows]), dim=1)
        return (sources[:, self._source] + self._noise).clamp(-1.0, 1.0)

    def _distance_to_goal(self, belief: Tensor, latents: Tensor) -> Tensor:
        """Mean squared distance (n, samples) of the last latents to the goal latent."""
        goal = self.model.goal_map(belief) * self._scale  # (n, D)
        return (latents[:, :, -1] - goal[:, None]).square().mean(dim=-1)

    def _distance_to_data(self, rows: Tensor, latents: Tensor) -> Tensor:
        """Mean squared distance (n, samples) of courses to the nearest neighbour's course."""
        steps = torch.arange(1, self.horizon + 1)
        ahead = torch.minimum(rows[..., None] + steps, self.neighbourhood.last_row[rows][..., None])
        courses = (self._targets[ahead] * self._scale).flatten(2)  # (n, neighbours, horizon * D)
        mine = latents.flatten(2)  # (n, samples, horizon * D)
        return torch.cdist(mine, courses).square().amin(dim=-1) / mine.shape[-1]

    def _keep_best(self, costs: Tensor, chunks: Tensor) -> None:
        """Remember the best courses of each place for `explain`."""
        count = min(SHOWN_FUTURES, costs.shape[1])
        best = costs.topk(count, dim=1, largest=False).indices
        self._ranked = chunks[torch.arange(len(chunks))[:, None], best]  # (n, count, length, A)

    def explain(self, index: int = 0) -> Explanation:
        """The best courses imagined, the executed one first."""
        if int(self._followed[index]) < 0:
            return Explanation(text="has not acted yet")
        space, memory = self.neighbourhood, self.checkpoint.memory
        row = int(self._followed[index])
        identifier = memory.identifiers[int(space.episode[row])]
        step = int(space.step[row])
        courses = torch.cat((self._chunks[index : index + 1], self._ranked[index]))
        return Explanation(
            text=(
                f"plans {self.horizon} steps ahead over {len(self._noise)} courses; nearest "
                f"demonstration {identifier} at step {step}"
            ),
            demonstration=(identifier, step),
            futures=self._paths(index, courses[:, : self.horizon]),
            observation=self._believed(index),
        )


def _perturbations(samples: int, length: int, spread: Tensor, seed: int) -> Tensor:
    """Perturbations (samples, length, A) of standard deviation `spread` (A,).

    Correlated over time, as sticks move; every one is there with both signs, so that their mean
    pushes nowhere.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((samples + 1) // 2, length, len(spread), generator=generator)
    keep = 0.8
    smooth = [noise[:, 0]]
    for t in range(1, length):
        smooth.append(keep * smooth[-1] + (1 - keep**2) ** 0.5 * noise[:, t])
    half = torch.stack(smooth, dim=1) * spread
    return torch.stack((half, -half), dim=1).flatten(0, 1)[:samples]
