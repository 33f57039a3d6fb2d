"""Latent planning: imagine several courses of action, prefer those that lead to the goal."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.learning import Checkpoint, Observation
from core.learning.dataset.history import Histories
from core.learning.fast.imagination import Imagination
from core.policies.errors import PolicyError
from core.policies.mode import Described, Mode, trained_head
from core.policies.nearest_neighbour import Neighbourhood, whitening
from core.policies.policy import BeliefPolicy, Explanation
from core.policies.surprise import Surprise

SHOWN_FUTURES = 12
"""Courses shown to people, the best ones."""
COURSES_AT_ONCE = 128
"""Courses that are imagined together: what is computed of them stays in the cache."""
SOLVERS = {"mppi": 16, "cem": 64}
"""Ways of searching for a course of little cost, and how many courses each imagines by default."""
ELITES = 0.125
"""Part of the samples that the cross-entropy method goes on with."""
MENTIONED = 20
"""How long an explanation mentions a surprise [control steps]."""
CORRELATION = 0.8
"""Of a perturbation with the one a control step before: as sticks move."""


class LatentPlanning(BeliefPolicy):
    """Proposes around the policy head's chunk and those of the nearest demonstrations.

    Every proposal is rolled out by the predictor. Its cost is the distance of the last latent to
    the goal latent (goal map: what the demonstrations reach from such a belief) plus the
    distance of the whole course to the courses of the nearest demonstrations, which keeps the
    search where the predictor has been trained. Solvers: ``mppi`` averages the proposals with
    weights exp(-cost / temperature) (model predictive path integral control, Williams et al. 2017);
    ``cem`` spends half of the samples on proposals and half on a normal distribution around the
    best of them, and averages the best again (cross-entropy method, Rubinstein 1999).

    What the predictor did not foresee (an object pushed away, a goal moved) ends the plan: chunks
    proposed before are no longer averaged in, and the belief begins anew from what is seen.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        samples: int | None = None,
        neighbours: int = 4,
        spread: float = 0.2,
        staying: float = 0.5,
        temperature: float = 0.5,
        solver: str = "mppi",
        seed: int = 0,
        **shared: Any,
    ) -> None:
        """`samples`: courses imagined; None leaves it to the solver (in 150 trials of push and
        pick-place ``mppi`` had the same outcomes with 16 as with 64). `neighbours`: demonstrations
        proposed around. `spread`: standard deviation of the perturbations, as a part of that of
        the actions demonstrated. `staying`: weight of staying near the demonstrations.
        `temperature`: in units of the spread of costs. `solver`: one of `SOLVERS`. `seed`: of the
        perturbations, which are the same at every step and place. `shared`: `decay`, `delay` and
        `observer` of `BeliefPolicy`. Raises `PolicyError` for an unknown solver.
        """
        if solver not in SOLVERS:
            raise PolicyError(f"unknown solver '{solver}'; solvers: {', '.join(SOLVERS)}")
        self.solver = solver
        if samples is None:
            samples = SOLVERS[solver]
        if solver == "cem":
            samples //= 2  # of each of its two rounds
        self.horizon = checkpoint.configuration.loss.goal_horizon
        length = max(checkpoint.model.head.chunk, self.horizon)
        self.neighbourhood = Neighbourhood(checkpoint, length)
        self.neighbours = min(neighbours, len(self.neighbourhood.keys), samples - 1)
        self.staying, self.temperature = staying, temperature
        spec = checkpoint.spec
        sources = 1 + self.neighbours
        # the head's chunk is the source of half of the samples, the demonstrations share the rest
        source = torch.zeros(samples, dtype=torch.long)
        source[:sources] = torch.arange(sources)
        pair = torch.arange(samples - sources) // 2
        source[sources:] = torch.where(pair % 2 == 0, 0, 1 + (pair // 2) % max(1, self.neighbours))
        self._source = source
        self._unit = _perturbations(samples, length, spec.actions.size, seed)
        if spec.actions.gripper is not None:
            self._unit[..., spec.actions.gripper] = 0.0  # a choice of two is not perturbed
        deviation = checkpoint.demonstrations.actions.std(dim=0)
        perturbed = self._unit[: samples - sources] * deviation * spread
        self._noise = torch.cat((torch.zeros_like(self._unit[:sources]), perturbed))
        self._weight = whitening(self.neighbourhood.targets).square()  # of each squared difference
        self._imagination = Imagination(checkpoint.model)
        self._surprise = Surprise(checkpoint)
        super().__init__(checkpoint, length=length, **shared)

    def _resize(self, count: int) -> None:
        self._aims: Tensor | None = None  # latents of pictured goals
        self._followed = torch.full((count,), -1, dtype=torch.long)
        self._ranked = torch.zeros(count, 0, *self._ensemble.shape)
        self._calm = torch.full((count,), MENTIONED)  # control steps since the last surprise
        self._surprise.resize(count)

    def _clear(self, index: Tensor) -> None:
        self._followed[index] = -1
        self._calm[index] = MENTIONED
        self._surprise.clear(index)

    def _perceive(self, frame: Observation, missing: Tensor | None) -> None:
        before, executed = self._state, self._past[:, 0]
        super()._perceive(frame, missing)
        new = self._age > self.delay  # later than the first frame
        surprised = self._surprise.notice(before, executed, self._state, new)
        self._calm = torch.where(surprised, 0, self._calm + 1)
        index = surprised.nonzero().flatten()
        if len(index):
            self._ensemble.clear(index)
            self._state[index] = self.model.belief.begun_anew(self._state[index])

    def _propose(self, state: Tensor) -> Tensor:
        space = self.neighbourhood
        belief = self.model.belief.known(state)  # (n, size)
        rows = space.distances(belief).topk(self.neighbours, dim=1, largest=False).indices
        self._followed = rows[:, 0]
        chunks = self._proposals(belief, rows)  # (n, samples, length, A)
        costs = self._costs(state, rows, chunks)
        if self.solver == "cem":
            best = self._best(costs, chunks, max(2, round(ELITES * chunks.shape[1])))
            around, width = best.mean(dim=1, keepdim=True), best.std(dim=1, keepdim=True)
            again = (around + width * self._unit).clamp(-1.0, 1.0)
            again = torch.cat((best, again[:, best.shape[1] :]), dim=1)
            costs, chunks = self._costs(state, rows, again), again
            self._ranked = self._best(costs, chunks, SHOWN_FUTURES)
            return self._best(costs, chunks, best.shape[1]).mean(dim=1)
        spread = costs.std(dim=1, keepdim=True).clamp(min=1e-8)
        weights = torch.softmax(-costs / (self.temperature * spread), dim=1)  # (n, samples)
        self._ranked = self._best(costs, chunks, SHOWN_FUTURES)
        return torch.einsum("ns,nsla->nla", weights, chunks)

    @torch.inference_mode()
    def aim(self, picture: Mapping[str, np.ndarray] | None) -> None:
        """Plan toward what `picture` shows, instead of where the goal map points.

        `picture` {field: (n, *shape)} is an observation of the goal: its latent is the goal latent.
        None, or a reset to another count, gives the goal map back. Raises `ObservationError`.
        """
        self._aims = None
        if picture is not None:
            histories = Histories(self.checkpoint.spec.sensed)
            histories.reset(self.count)
            frame, _ = self._frame(picture, histories)
            self._aims = self.model.encode_target(frame)

    def _costs(self, state: Tensor, rows: Tensor, chunks: Tensor) -> Tensor:
        """What each course (n, samples, length, A) costs, (n, samples)."""
        goals = self._aims  # (n, D)
        if goals is None:
            goals = self.model.goal_map(self.model.belief.known(state))
        ahead = self._ahead(rows)
        costs = []
        for index in torch.arange(len(state)).split(max(1, COURSES_AT_ONCE // chunks.shape[1])):
            latents = self._imagination.latents(state[index], chunks[index, :, : self.horizon])
            far = (latents[-1] - goals[index, None]).square() @ self._weight / latents.shape[-1]
            costs.append(far + self.staying * _distance(latents, ahead[:, index], self._weight))
        return torch.cat(costs)

    def _proposals(self, belief: Tensor, rows: Tensor) -> Tensor:
        """Chunks (n, samples, length, A) around the head's and the neighbours'."""
        length = self._ensemble.shape[0]
        own = self.model.action_chunk(belief)  # (n, chunk, A)
        missing = length - own.shape[1]
        if missing:
            own = torch.cat((own, own[:, -1:].expand(-1, missing, -1)), dim=1)
        sources = torch.cat((own[:, None], self.neighbourhood.chunks[rows]), dim=1)
        return (sources[:, self._source] + self._noise).clamp(-1.0, 1.0)

    def _ahead(self, rows: Tensor) -> Tensor:
        """Courses (horizon, n, neighbours, D) of the demonstrations from `rows` (n, neighbours)."""
        steps = torch.arange(1, self.horizon + 1)[:, None, None]
        ahead = torch.minimum(rows + steps, self.neighbourhood.last_row[rows])
        return self.neighbourhood.targets[ahead]

    def _best(self, costs: Tensor, chunks: Tensor, count: int) -> Tensor:
        """The `count` courses (n, count, length, A) that cost least, the best first."""
        best = costs.topk(min(count, costs.shape[1]), dim=1, largest=False).indices
        return chunks[torch.arange(len(chunks))[:, None], best]

    def explain(self, index: int = 0) -> Explanation:
        """The best courses imagined, the executed one first."""
        if int(self._followed[index]) < 0:
            return Explanation(text="has not acted yet")
        space, memory = self.neighbourhood, self.checkpoint.demonstrations
        row = int(self._followed[index])
        identifier = memory.identifiers[int(space.episode[row])]
        step = int(space.step[row])
        courses = torch.cat((self._chunks[index : index + 1], self._ranked[index]))
        calm = int(self._calm[index])
        news = f"; something unforeseen {calm} steps ago, planned anew" if calm < MENTIONED else ""
        return Explanation(
            text=(
                f"plans {self.horizon} steps ahead over {len(self._noise)} courses; nearest "
                f"demonstration {identifier} at step {step}{news}"
            ),
            demonstration=(identifier, step),
            futures=self._paths(index, courses[:, : self.horizon]),
            observation=self._believed(index),
        )


def _distance(courses: Tensor, ahead: Tensor, weight: Tensor) -> Tensor:
    """Mean weighted squared distance (n, samples) of `courses` (horizon, n, samples, D) to the
    nearest of the courses `ahead` (horizon, n, neighbours, D)."""
    weighted = ahead * weight
    products = (courses @ weighted.mT).sum(dim=0)  # (n, samples, neighbours)
    size = (courses.square() @ weight).sum(dim=0)[..., None]
    squares = size + (weighted * ahead).sum(dim=(0, -1))[:, None] - 2.0 * products
    return squares.clamp_(min=0.0).amin(dim=-1) / (courses.shape[0] * courses.shape[-1])


def _perturbations(samples: int, length: int, size: int, seed: int) -> Tensor:
    """Perturbations (samples, length, size) of standard deviation 1.

    Correlated over time, as sticks move; every one is there with both signs, so that their mean
    pushes nowhere.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((samples + 1) // 2, length, size, generator=generator)
    smooth = [noise[:, 0]]
    for t in range(1, length):
        smooth.append(CORRELATION * smooth[-1] + (1 - CORRELATION**2) ** 0.5 * noise[:, t])
    half = torch.stack(smooth, dim=1)
    return torch.stack((half, -half), dim=1).flatten(0, 1)[:samples]


def _lacking(checkpoint: Described) -> str | None:
    loss = checkpoint.configuration.loss
    if not loss.prediction:
        return (
            "The checkpoint was trained without the latent prediction loss (loss.prediction is 0)."
        )
    if not loss.goal:
        return "The checkpoint was trained without a goal map (loss.goal is 0)."
    return trained_head(checkpoint)


PLANNING = Mode(
    name="plan",
    title="Latent planning",
    short_title="Planning",
    sentence="Tries futures in the model and takes the best.",
    colour="#009E73",
    marker="^",
    symbol="t1",
    # a decision takes 1.6 ms a row at 5 rows, 1.0 at 25, and 0.9 at 100 (processor time)
    batch_size=25,
    trial_cost=70.0,
    version=1,
    policy=LatentPlanning,
    options=("decay", "solver"),
    needs=_lacking,
)
"""As an entry of `core.policies.MODES`."""
