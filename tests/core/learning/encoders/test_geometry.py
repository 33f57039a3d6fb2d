"""Planar features against angles and projections worked out by hand."""

import math

import numpy as np
import pytest

from core.learning.dataset.normaliser import Normaliser
from core.learning.encoders.geometry import PlanarGeometry
from core.spec import Actions, Field, Spec

KINDS = {"hand_rotation": "rotation", "mass": "scalar"}
"""Kinds of the fields below; all others are displacements."""


def features(**given):
    """Features of one observation, by position."""
    fields = tuple(
        Field(name, (len(value),), KINDS.get(name, "displacement")) for name, value in given.items()
    )
    spec = Spec("push", 20.0, fields, tuple(given), Actions(("linear_x",)))
    generator = np.random.default_rng(0)
    rows = {n: generator.normal(size=(50, len(v))).astype(np.float32) for n, v in given.items()}
    normaliser = Normaliser.of(fields, [rows])
    packed = normaliser.apply({n: np.asarray([v], np.float32) for n, v in given.items()}).packed
    geometry = PlanarGeometry(spec, normaliser)
    result = geometry(packed)[0]
    assert result.shape == (geometry.size,)
    return result.tolist()


def test_harmonics_of_one_direction():
    angle, length = 0.3, 2.0
    vector = (length * math.cos(angle), length * math.sin(angle), 5.0)
    given = features(goal_from_object=vector)
    expected = [f(k * angle) for k in (1, 2, 4) for f in (math.cos, math.sin)]
    assert given == pytest.approx(expected, abs=1e-3)


def test_a_heading_against_a_direction():
    direction, heading = 1.0, 0.2
    given = features(
        goal_from_object=(math.cos(direction), math.sin(direction), 0.0),
        hand_rotation=(math.cos(heading), math.sin(heading), 0, 0, 0, 1),
    )
    cosines, sines = given[0:3], given[3:6]
    assert cosines == pytest.approx([math.cos(a) for a in (1.0, 0.2, 0.8)], abs=1e-3)
    assert sines == pytest.approx([math.sin(a) for a in (1.0, 0.2, 0.8)], abs=1e-3)
    assert given[15:18] == pytest.approx([math.sin(4 * a) for a in (1.0, 0.2, 0.8)], abs=5e-3)


def test_components_along_and_across():
    # 3 cm along and 1 cm to the left of a line that points along y
    given = features(hand_from_object=(-0.01, 0.03, 0.0), goal_from_object=(0.0, 1.0, 0.0))
    along, across = given[-4], given[-2]
    assert (along, across) == pytest.approx((0.3, 0.1), abs=2e-3)


def test_a_direction_without_length_is_no_direction():
    given = features(goal_from_object=(0.0, 0.0, 0.0))
    assert given[:2] == pytest.approx([0.0, 0.0], abs=1e-4)


def test_nothing_to_see_gives_no_features():
    assert features(mass=(1.0,)) == []
