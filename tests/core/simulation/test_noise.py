import time

import numpy as np
import pytest
from scipy import stats

from core.simulation import SensorNoise, uniform
from core.simulation.noise import bits

SCALES = {"position": np.array([0.1, 0.2, 0.0]), "joints": np.ones(40)}


def blank(count: int) -> dict[str, np.ndarray]:
    return {
        "position": np.zeros((count, 3), dtype=np.float32),
        "joints": np.ones((count, 40), dtype=np.float32),
    }


def test_noise_belongs_to_seed_and_step_and_nothing_else() -> None:
    noise = SensorNoise(SCALES)
    many = noise.apply(blank(200), 0.3, range(1_000_000, 1_000_200), 17)
    alone = noise.apply(blank(1), 0.3, [1_000_042], np.array([17]))
    for name in SCALES:
        np.testing.assert_array_equal(many[name][42], alone[name][0])
    again = SensorNoise({"joints": SCALES["joints"]}).apply(blank(1), 0.3, [1_000_042], 17)
    np.testing.assert_array_equal(again["joints"], alone["joints"])
    np.testing.assert_array_equal(again["position"], 0.0)  # no scale was given for it


def test_seeds_steps_fields_and_features_differ() -> None:
    noise = SensorNoise({"a": np.ones(4), "b": np.ones(4)})
    zero = {name: np.zeros((2, 4), dtype=np.float32) for name in "ab"}
    first = noise.apply(zero, 1.0, [5, 6], 3)
    later = noise.apply(zero, 1.0, [5, 6], [4, 4])
    values = np.concatenate([first["a"], first["b"], later["a"], later["b"]]).ravel()
    assert len(np.unique(values)) == values.size
    mixed = noise.apply(zero, 1.0, [5, 6], np.array([3, 4]))
    np.testing.assert_array_equal(mixed["a"][0], first["a"][0])
    np.testing.assert_array_equal(mixed["a"][1], later["a"][1])


def test_it_is_standard_normal_and_uncorrelated() -> None:
    noise = SensorNoise({"x": np.ones(30)})
    zero = {"x": np.zeros((300, 30), dtype=np.float32)}
    drawn = np.stack([noise.apply(zero, 1.0, range(300), step)["x"] for step in range(20)])
    assert stats.kstest(drawn.ravel().astype(np.float64), "norm").pvalue > 1e-3
    for axis in range(3):  # step after step, seed beside seed, feature beside feature
        ahead = np.moveaxis(drawn, axis, 0)
        correlation = np.corrcoef(ahead[:-1].ravel(), ahead[1:].ravel())[0, 1]
        assert abs(correlation) < 0.01


def test_scale_sigma_and_constant_features() -> None:
    noise = SensorNoise(SCALES)
    noisy = noise.apply(blank(4000), 0.5, range(4000), 0)["position"]
    np.testing.assert_allclose(noisy.std(axis=0), [0.05, 0.1, 0.0], rtol=0.05)
    half = noise.apply(blank(10), 0.25, range(10), 0)["position"]
    np.testing.assert_allclose(noisy[:10], 2 * half, rtol=1e-5)


def test_the_truth_is_untouched() -> None:
    truth = blank(3)
    for sigma in (0.0, 0.7):
        noisy = SensorNoise(SCALES).apply(truth, sigma, [1, 2, 3], 0)
        noisy["joints"][:] = 9.0
        np.testing.assert_array_equal(truth["joints"], 1.0)
    silent = SensorNoise(SCALES).apply(truth, 0.0, [1, 2, 3], 0)
    np.testing.assert_array_equal(silent["joints"], truth["joints"])


def test_bad_arguments() -> None:
    noise = SensorNoise(SCALES)
    with pytest.raises(ValueError, match="sigma is -1"):
        noise.apply(blank(1), -1.0, [0], 0)
    with pytest.raises(ValueError, match=r"expected \(2, 3\)"):
        noise.apply(blank(1), 0.1, [0, 1], 0)
    with pytest.raises(ValueError, match="expected finite"):
        SensorNoise({"x": np.array([np.nan])})


def test_two_hundred_episodes_cost_little() -> None:
    noise, seen = SensorNoise(SCALES), blank(200)
    noise.apply(seen, 0.3, range(200), 0)
    times = []
    for step in range(30):
        begun = time.perf_counter()
        noise.apply(seen, 0.3, range(200), step)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.002


def test_streams_are_independent():
    zeros = {"a": np.zeros((500, 2), np.float32)}
    scales = {"a": np.ones(2)}
    one = SensorNoise(scales).apply(zeros, 1.0, range(500), 0)["a"]
    other = SensorNoise(scales, "bias ").apply(zeros, 1.0, range(500), 0)["a"]
    assert abs(np.corrcoef(one[:, 0], other[:, 0])[0, 1]) < 0.15
    assert 0.9 < other.std() < 1.1


def test_uniform_numbers_depend_on_stream_seed_and_step_alone():
    numbers = uniform("dropout", range(2000), 7)
    assert numbers.min() >= 0.0 and numbers.max() < 1.0
    assert abs(numbers.mean() - 0.5) < 0.03
    np.testing.assert_array_equal(uniform("dropout", [5, 3], 7), numbers[[5, 3]])
    for other in (uniform("dropout", range(2000), 8), uniform("goal", range(2000), 7)):
        assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.08


def test_bits_are_even_and_a_function_of_stream_seed_and_step():
    drawn = bits("a", range(20), 3, 500)
    assert drawn.dtype == np.uint64 and drawn.shape == (20, 500)
    np.testing.assert_array_equal(drawn[7], bits("a", [7], 3, 500)[0])
    np.testing.assert_array_equal(drawn[:, :100], bits("a", range(20), 3, 100))
    for other in (bits("b", range(20), 3, 500), bits("a", range(20), 4, 500)):
        assert not np.isin(other, drawn).any()
    ones = np.unpackbits(drawn.view(np.uint8)).mean()
    assert abs(ones - 0.5) < 0.003
    assert len(np.unique(drawn)) == drawn.size
