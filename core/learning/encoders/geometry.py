"""Features of the scene that a perceptron finds hard to make: differences, angles, projections.

A push succeeds by millimetres beside the line from box to goal, and by the hand's turn against it;
both are products of inputs, in a direction that is different in every episode. Some hundred
demonstrations do not teach a network to multiply, so these few quantities are given to it, made
from nothing but the observation itself.
"""

from itertools import combinations, permutations

import torch
from torch import Tensor, nn

from core.learning.dataset.normaliser import Normaliser
from core.spec import Spec

DISTANCE_SCALE = 0.1
"""Distance that becomes 1 in a feature [m]: the size of what a hand reaches around."""
SMALL = 0.01
"""Distance at which a direction begins to mean little [m]."""


class PlanarGeometry(nn.Module):
    """Horizontal directions, angles and projections, from normalised observations.

    Vectors are the displacements (3), headings the first columns of the rotations (6). Outputs are
    the first, second and fourth harmonics of all their angles and of the differences of these: a
    box looks the same after a quarter turn. For every two vectors, the components of one along
    and across the other follow [`DISTANCE_SCALE`].
    """

    matrix: Tensor
    offset: Tensor
    first: Tensor
    second: Tensor
    onto: Tensor
    projected: Tensor

    def __init__(self, spec: Spec, normaliser: Normaliser) -> None:
        super().__init__()
        vectors = spec.slices("displacement")
        headings = spec.slices("rotation")
        names = {**vectors, **headings}
        self.vectors, self.angles = len(vectors), len(names)
        # one matrix takes x and y of all of them back to physical units
        matrix = torch.zeros(spec.vector_size, 2 * len(names))
        offset = torch.zeros(2 * len(names))
        for i, (name, place) in enumerate(names.items()):
            start = place.start
            for axis in range(2):
                matrix[start + axis, 2 * i + axis] = float(normaliser.std[name][axis])
                offset[2 * i + axis] = float(normaliser.mean[name][axis])
        self.register_buffer("matrix", matrix)
        self.register_buffer("offset", offset)
        pairs = torch.tensor(list(combinations(range(len(names)), 2)), dtype=torch.long).reshape(
            -1, 2
        )
        self.register_buffer("first", pairs[:, 0])
        self.register_buffer("second", pairs[:, 1])
        ordered = torch.tensor(list(permutations(range(len(vectors)), 2)), dtype=torch.long)
        ordered = ordered.reshape(-1, 2)
        self.register_buffer("projected", ordered[:, 0])
        self.register_buffer("onto", ordered[:, 1])

    @property
    def size(self) -> int:
        """Number of features."""
        return 6 * (self.angles + len(self.first)) + 2 * len(self.onto)

    def forward(self, packed: Tensor) -> Tensor:
        """Features (..., size) of packed normalised observations (..., O)."""
        plane = (packed @ self.matrix + self.offset).unflatten(-1, (self.angles, 2))
        x, y = plane.unbind(dim=-1)  # (..., angles) each
        length = torch.sqrt(x.square() + y.square() + SMALL**2)
        c, s = x / length, y / length
        # cosine and sine of the difference of two angles
        c1, s1, c2, s2 = (
            c[..., self.first],
            s[..., self.first],
            c[..., self.second],
            s[..., self.second],
        )
        c = torch.cat((c, c1 * c2 + s1 * s2), dim=-1)
        s = torch.cat((s, s1 * c2 - c1 * s2), dim=-1)
        features = [c, s]
        for _ in range(2):  # the double angle, and again
            c, s = c.square() - s.square(), 2.0 * c * s
            features += [c, s]
        if self.vectors > 1:
            vx, vy = x[..., self.projected], y[..., self.projected]
            dx, dy = features[0][..., self.onto], features[1][..., self.onto]
            features += [(vx * dx + vy * dy) / DISTANCE_SCALE, (vy * dx - vx * dy) / DISTANCE_SCALE]
        return torch.cat(features, dim=-1)
