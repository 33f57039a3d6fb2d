"""Nearest neighbour: do what was demonstrated in the situations most like this one."""

from typing import Any

import torch
from torch import Tensor

from core.learning import ActJepa, Checkpoint
from core.policies.mode import Mode
from core.policies.policy import BeliefPolicy, Explanation

SMALLEST_PART = 0.3
"""Smallest standard deviation that a column is divided by, as a part of their mean."""

PROBED_ROWS, PROBED_DIRECTIONS = 600, 24
"""Beliefs, and random directions of the chunk, from which the metric is estimated."""
DECAY = 0.2
"""How fast older chunks lose weight [1/control step]. What a policy head proposes hardly changes
from one step to the next, what neighbours did does: with equal weights push fell from 91 to 79 of
100 (100 demonstrations, validation starts), and with 10 from 33 to 19."""
METRIC_SIZE = 64
"""Dimensions of belief space that are searched; the rest hardly changes any action."""
AHEAD = torch.arange(3)
"""How far a demonstration that is followed may have gone on within one step [control steps]."""


def whitening(rows: Tensor) -> Tensor:
    """One over the standard deviation of each column of `rows` (rows, size), (size,).

    Columns that hardly vary are not blown up: no deviation counts as less than a part of the mean.
    """
    deviation = rows.std(dim=0)
    return 1.0 / deviation.clamp(min=max(SMALLEST_PART * float(deviation.mean()), 1e-6))


def action_metric(model: ActJepa, beliefs: Tensor) -> Tensor:
    """Projection (size, k) of beliefs under which distance is what it means for the actions.

    The squared length of a small difference, projected, is the mean squared change that it makes
    to the policy head's chunk: the metric of the actions pulled back, E[J^T J], with J the head's
    Jacobian averaged over `beliefs` (rows, size) by random directions. What a belief holds besides
    what matters here and now does not count, where plain whitening counts all of it alike (push,
    100 demonstrations, success of the nearest neighbour: 0.56 whitened, 0.78 pulled back).
    """
    head = model.head
    generator = torch.Generator().manual_seed(0)
    chosen = torch.linspace(0, len(beliefs) - 1, min(len(beliefs), PROBED_ROWS)).long()
    with torch.inference_mode(False), torch.enable_grad():
        rows = beliefs[chosen].clone().requires_grad_()
        gradients = []
        for _ in range(PROBED_DIRECTIONS):
            raw = head(rows)  # (rows, chunk, A)
            direction = torch.randn(raw.shape, generator=generator)
            if head.binary is not None:
                direction[..., head.binary] = 0.0  # a logit is no command
            (gradient,) = torch.autograd.grad((raw * direction).sum(), rows)
            gradients.append(gradient)
    j = torch.cat(gradients).double()
    values, vectors = torch.linalg.eigh(j.T @ j / len(j))
    kept = slice(-METRIC_SIZE, None)  # eigenvalues ascend
    return (vectors[:, kept] * values[kept].clamp(min=0.0).sqrt()).float()


class Neighbourhood:
    """The demonstrations' beliefs, arranged for search. Owns projected keys and action chunks."""

    def __init__(self, checkpoint: Checkpoint, length: int) -> None:
        memory = checkpoint.demonstrations
        beliefs = checkpoint.encoded_demonstrations().beliefs  # (rows, size)
        self.metric = action_metric(checkpoint.model, beliefs)  # (size, k)
        self.keys = beliefs @ self.metric  # (rows, k)
        self.norms = self.keys.square().sum(dim=1)  # (rows,)
        self.chunks, _ = memory.action_chunks(length)  # (rows, length, A)
        self.episode = memory.episode_of_row()
        self.step = memory.step_of_row()
        self.last_row = memory.last_row()
        self.targets = checkpoint.encoded_demonstrations().targets  # (rows, D)

    def distances(self, beliefs: Tensor) -> Tensor:
        """Squared distance (n, rows) of beliefs (n, size) to every row."""
        query = beliefs @ self.metric  # (n, k)
        squares = query.square().sum(dim=1, keepdim=True) + self.norms
        return torch.addmm(squares, query, self.keys.T, alpha=-2.0).clamp_(min=0.0)


class NearestNeighbour(BeliefPolicy):
    """Follows the demonstrations nearest in belief space.

    The chunks of the `neighbours` nearest rows are averaged with weights that fall with distance;
    the rows just ahead on the demonstrations followed so far are taken to be nearer than they
    are, so that it does not jump between demonstrations of which none fits better. Or one chunk is
    selected by prediction, as in the method's description: that of the neighbour whose action leads
    nearest to where it led in the demonstration.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        neighbours: int = 16,
        continuity: float = 0.3,
        decay: float = DECAY,
        length: int = 16,
        by_prediction: bool = False,
        **shared: Any,
    ) -> None:
        """`neighbours`: rows averaged, or chosen from. `continuity`: part of the distance forgiven
        to the rows that continue the demonstrations followed, in [0, 1). `length`: actions
        taken from a demonstration at once [control steps]. `by_prediction`: whether one neighbour
        is selected by where its action is predicted to lead. `decay`, and `delay` and `observer`
        among `shared`: of `BeliefPolicy`.
        """
        self.neighbourhood = Neighbourhood(checkpoint, length)
        self.neighbours = min(neighbours, len(self.neighbourhood.keys))
        self.continuity = continuity
        self.by_prediction = by_prediction
        super().__init__(checkpoint, length=length, decay=decay, **shared)

    def _resize(self, count: int) -> None:
        self._followed = torch.full((count, self.neighbours), -1, dtype=torch.long)

    def _clear(self, index: Tensor) -> None:
        self._followed[index] = -1

    def _propose(self, state: Tensor) -> Tensor:
        space = self.neighbourhood
        distances = space.distances(self.model.belief.known(state))  # (n, rows)
        self._forgive(distances)
        nearest, rows = distances.topk(self.neighbours, dim=1, largest=False)  # (n, k)
        if self.by_prediction:
            best = self._missed(state, rows).argmin(dim=1, keepdim=True)  # (n, 1)
            self._followed = rows = rows.gather(1, best).expand_as(rows)
            return space.chunks[rows[:, 0]]
        # the width of the kernel is the distance of the farthest neighbour taken
        width = nearest[:, -1:].clamp(min=1e-6)
        weights = torch.softmax(-3.0 * nearest / width, dim=1)  # (n, k)
        self._followed = rows
        return torch.einsum("nk,nkla->nla", weights, space.chunks[rows])

    def _missed(self, state: Tensor, rows: Tensor) -> Tensor:
        """How far (n, k) from the demonstrated next latents the actions of `rows` (n, k) lead."""
        space = self.neighbourhood
        after = torch.minimum(rows + 1, space.last_row[rows])
        from_here = state[:, None].expand(-1, rows.shape[1], -1)
        predicted = self.model.predict(from_here, space.chunks[rows][:, :, 0])  # (n, k, D)
        return (predicted - space.targets[after]).square().mean(dim=-1)

    def _forgive(self, distances: Tensor) -> None:
        """Bring the continuations of the rows followed nearer, in place."""
        space, followed = self.neighbourhood, self._followed
        known = followed >= 0
        last = space.last_row[followed.clamp(min=0)]
        ahead = followed.clamp(min=0)[..., None] + AHEAD  # (n, k, 3)
        rows = torch.minimum(ahead, last[..., None]).flatten(1)
        keep = torch.where(known, 1.0 - self.continuity, 1.0).repeat_interleave(len(AHEAD), dim=1)
        # several may continue into one row: each writes the same number
        distances.scatter_(1, rows, distances.gather(1, rows) * keep)

    def explain(self, index: int = 0) -> Explanation:
        """The demonstration followed, and where its actions are expected to lead."""
        space, memory = self.neighbourhood, self.checkpoint.demonstrations
        row = int(self._followed[index, 0])
        if row < 0:
            return Explanation(text="has not acted yet")
        identifier = memory.identifiers[int(space.episode[row])]
        step = int(space.step[row])
        return Explanation(
            text=f"follows demonstration {identifier} at step {step}",
            demonstration=(identifier, step),
            futures=self._paths(index, self._chunks[index : index + 1]),
            observation=self._believed(index),
        )


NEAREST_NEIGHBOUR = Mode(
    name="nearest",
    title="Nearest neighbour",
    short_title="Nearest",
    sentence="Follows the demonstration that is closest now.",
    colour="#E69F00",
    marker="s",
    symbol="s",
    batch_size=50,
    trial_cost=15.0,
    version=1,
    policy=NearestNeighbour,
)
"""As an entry of `core.policies.MODES`."""
