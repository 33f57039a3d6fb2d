"""The points of one curve, in arrays made once: a whole run fits, however long it lasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


class CurveHistory:
    """Owns the (x, y) points of a curve and never more than `capacity` of them.

    A ring buffer would forget how a run began, which is what a loss curve is read for. When this
    one is full it drops every second point instead, so that the whole run stays and the latest
    part keeps every point.
    """

    def __init__(self, capacity: int = 4096) -> None:
        """`capacity` in points, at least 4. Raises `ValueError` below that."""
        if capacity < 4:
            raise ValueError(f"a curve keeps at least 4 points, not {capacity}")
        self._points = np.empty((2, capacity))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, x: float, y: float) -> None:
        """Add one point; `y` may be NaN or infinite."""
        if self._count == self._points.shape[1]:
            kept = self._points[:, ::2]
            self._points[:, : kept.shape[1]] = kept.copy()
            self._count = kept.shape[1]
        self._points[:, self._count] = x, y
        self._count += 1

    def replace(self, x: ArrayLike, y: ArrayLike) -> None:
        """Hold exactly these points, thinned evenly to the capacity.

        Raises `ValueError` if `x` and `y` differ in length.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(f"x and y have to be as long as one another, not {x.shape}, {y.shape}")
        stride = max(1, -(-len(x) // self._points.shape[1]))
        self._count = len(x[::stride])
        self._points[0, : self._count] = x[::stride]
        self._points[1, : self._count] = y[::stride]

    def clear(self) -> None:
        """Forget every point."""
        self._count = 0

    @property
    def x(self) -> NDArray[np.float64]:
        """Abscissae so far, as a view (n,)."""
        return self._points[0, : self._count]

    @property
    def y(self) -> NDArray[np.float64]:
        """Values so far, as a view (n,)."""
        return self._points[1, : self._count]

    def value_at(self, x: float) -> float:
        """The value of the point nearest to `x`; NaN if there is none."""
        if not self._count:
            return float("nan")
        right = int(np.searchsorted(self.x, x))
        near = [index for index in (right - 1, right) if 0 <= index < self._count]
        best = min(near, key=lambda index: abs(self.x[index] - x))
        return float(self.y[best])
