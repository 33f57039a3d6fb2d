import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.simulation import rotation


@pytest.fixture
def turns() -> Rotation:
    return Rotation.random(50, random_state=3)


def quaternions(turns: Rotation) -> np.ndarray:
    return turns.as_quat()[:, [3, 0, 1, 2]]


def test_product_is_the_composition(turns: Rotation) -> None:
    other = Rotation.random(50, random_state=4)
    product = rotation.product(quaternions(turns), quaternions(other))
    expected = (turns * other).as_matrix()
    actual = Rotation.from_quat(product[:, [1, 2, 3, 0]]).as_matrix()
    np.testing.assert_allclose(actual, expected, atol=1e-12)


def test_vectors_and_quaternions_invert_each_other(turns: Rotation) -> None:
    vectors = rotation.to_vector(quaternions(turns))
    np.testing.assert_allclose(vectors, turns.as_rotvec(), atol=1e-9)
    back = rotation.from_vector(vectors)
    np.testing.assert_allclose(rotation.to_vector(back), vectors, atol=1e-9)


def test_no_turn_is_exact() -> None:
    none = rotation.from_vector(np.zeros((2, 3)))
    np.testing.assert_array_equal(none, [[1, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(rotation.to_vector(none), np.zeros((2, 3)))


def test_axes_are_the_columns_of_the_matrix(turns: Rotation) -> None:
    matrix = turns.as_matrix()
    columns = rotation.columns(quaternions(turns))
    np.testing.assert_allclose(columns[:, :3], matrix[:, :, 0], atol=1e-12)
    np.testing.assert_allclose(columns[:, 3:], matrix[:, :, 1], atol=1e-12)
    np.testing.assert_allclose(rotation.z_axis(quaternions(turns)), matrix[:, :, 2], atol=1e-12)
