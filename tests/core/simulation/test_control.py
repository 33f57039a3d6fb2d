import numpy as np
import pytest

from core.simulation import rotation
from core.simulation.control import (
    DOWN,
    HOME,
    LARGEST_STEP,
    LARGEST_TILT,
    LARGEST_YAW,
    LEAD,
    WORKSPACE_HIGH,
    WORKSPACE_LOW,
    Reference,
    finger_target,
    joint_step,
)

LOW, HIGH = np.full(7, -2.8), np.full(7, 2.8)


@pytest.fixture
def jacobian() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(5, 6, 7))


def test_the_step_removes_the_error_away_from_singularities(jacobian: np.ndarray) -> None:
    error = np.full((5, 6), 0.005)
    step = joint_step(jacobian, error, np.tile(HOME, (5, 1)), LOW, HIGH)
    np.testing.assert_allclose(np.matmul(jacobian, step[:, :, None])[:, :, 0], error, atol=1e-4)


def test_posture_moves_only_in_the_null_space(jacobian: np.ndarray) -> None:
    joints = HOME + np.linspace(-0.2, 0.2, 7) * np.ones((5, 1))
    step = joint_step(jacobian, np.zeros((5, 6)), joints, LOW, HIGH)
    assert np.abs(step).max() > 1e-3
    np.testing.assert_allclose(np.matmul(jacobian, step[:, :, None]), 0.0, atol=1e-5)


def test_targets_stay_within_limits_and_steps_within_reach(jacobian: np.ndarray) -> None:
    joints = np.tile(HIGH - 0.01, (5, 1))
    step = joint_step(jacobian, np.full((5, 6), 0.5), joints, LOW, HIGH)
    assert (joints + step <= HIGH + 1e-12).all()
    assert np.abs(step).max() <= LARGEST_STEP + 1e-12


def test_a_joint_at_its_limit_leaves_the_work_to_the_others() -> None:
    # one joint could do it alone, but is stopped; another can as well
    jacobian = np.zeros((1, 6, 7))
    jacobian[0, 0, 0] = jacobian[0, 0, 1] = 1.0
    jacobian[0, range(1, 6), range(2, 7)] = 1.0
    joints = np.zeros((1, 7))
    high = HIGH.copy()
    high[0] = 0.0
    error = np.array([[0.05, 0, 0, 0, 0, 0.0]])
    step = joint_step(jacobian, error, joints, LOW, high)
    assert step[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert step[0, 1] == pytest.approx(0.05, abs=1e-3)


def test_a_singular_arm_gets_finite_steps() -> None:
    step = joint_step(np.zeros((1, 6, 7)), np.ones((1, 6)), HOME[None], LOW, HIGH)
    assert np.isfinite(step).all()


def reference_at(position: list[float]) -> Reference:
    return Reference(np.array([position]), DOWN.copy())


def command(**values: float) -> np.ndarray:
    names = ("x", "y", "z", "roll", "pitch", "yaw", "gripper")
    return np.array([[values.get(name, 0.0) for name in names]], dtype=np.float32)


def test_a_command_moves_the_reference_by_its_speed() -> None:
    reference = reference_at([0.5, 0.0, 0.2])
    error = reference.follow(command(x=1.0), np.array([[0.5, 0.0, 0.2]]), DOWN)
    np.testing.assert_allclose(reference.position, [[0.5125, 0.0, 0.2]])  # 0.25 m/s for 50 ms
    np.testing.assert_allclose(error[0], [0.0125, 0, 0, 0, 0, 0], atol=1e-12)


def test_turning_is_about_the_axes_of_the_world() -> None:
    reference = reference_at([0.5, 0.0, 0.2])
    error = reference.follow(command(yaw=1.0), np.array([[0.5, 0.0, 0.2]]), DOWN)
    np.testing.assert_allclose(error[0, 3:], [0, 0, 0.05], atol=1e-12)


def test_the_reference_does_not_run_away_from_an_arm_that_is_held() -> None:
    reference, here = reference_at([0.5, 0.0, 0.2]), np.array([[0.5, 0.0, 0.2]])
    for _ in range(100):
        reference.follow(command(y=1.0, pitch=1.0), here, DOWN)
    assert np.linalg.norm(reference.position - here) <= LEAD + 1e-12
    turned = rotation.product(reference.quaternion, rotation.conjugate(DOWN))
    assert np.linalg.norm(rotation.to_vector(turned)) < 0.31


def test_zero_commands_do_not_move_the_reference() -> None:
    reference = reference_at([0.5, 0.0, 0.2])
    here = np.array([[0.502, 0.001, 0.199]])
    before = reference.position.copy(), reference.quaternion.copy()
    for _ in range(100):
        reference.follow(command(), here, DOWN)
    np.testing.assert_allclose(reference.position, before[0], atol=1e-15)
    np.testing.assert_allclose(reference.quaternion, before[1], atol=1e-14)


def test_the_reference_stays_in_the_workspace_and_upright() -> None:
    generator = np.random.default_rng(1)
    reference = reference_at([0.5, 0.0, 0.2])
    for _ in range(400):
        # an arm that follows perfectly
        here, turn = reference.position.copy(), reference.quaternion.copy()
        reference.follow(generator.uniform(-1, 1, (1, 7)).round().astype(np.float32), here, turn)
        assert (reference.position >= WORKSPACE_LOW).all()
        assert (reference.position <= WORKSPACE_HIGH).all()
        tilt = np.arccos(-rotation.z_axis(reference.quaternion)[0, 2])
        assert tilt <= LARGEST_TILT + 0.02
        relative = rotation.product(reference.quaternion, rotation.conjugate(DOWN))[0]
        assert abs(2 * np.arctan(relative[3] / relative[0])) <= LARGEST_YAW + 0.02


def test_gripper_commands_are_openings() -> None:
    np.testing.assert_allclose(finger_target(np.array([-1.0, 0.0, 1.0])), [0.04, 0.02, 0.0])
