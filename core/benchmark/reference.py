"""Success rates that the reference description of the method reports, on its own tasks [%].

They are shown next to ours and enter no computation.
"""

from collections.abc import Mapping

TASKS: Mapping[str, Mapping[str, float]] = {
    "raw_bc": {"reach": 78.2, "push": 52.4, "pick_place": 31.6, "mean": 54.1},
    "autoencoder": {"reach": 84.0, "push": 61.8, "pick_place": 42.3, "mean": 62.7},
    "contrastive": {"reach": 86.5, "push": 64.2, "pick_place": 45.8, "mean": 65.5},
    "v_jepa": {"reach": 87.1, "push": 66.0, "pick_place": 48.2, "mean": 67.1},
    "act_jepa_plain": {"reach": 92.4, "push": 74.6, "pick_place": 58.9, "mean": 75.3},
}
"""By method and task, without noise."""

NOISE: Mapping[str, Mapping[float, float]] = {
    "raw_bc": {0.0: 54.1, 0.05: 41.2, 0.1: 28.7, 0.2: 14.3, 0.3: 6.8},
    "autoencoder": {0.0: 62.7, 0.05: 50.9, 0.1: 38.4, 0.2: 22.1, 0.3: 12.5},
    "v_jepa": {0.0: 67.1, 0.05: 58.3, 0.1: 47.5, 0.2: 32.6, 0.3: 20.1},
    "act_jepa": {0.0: 75.3, 0.05: 70.8, 0.1: 64.2, 0.2: 53.1, 0.3: 41.7},
}
"""Mean over its tasks by method and σ."""

DEMONSTRATIONS: Mapping[str, Mapping[int, float]] = {
    "raw_bc": {10: 18.2, 25: 32.5, 50: 43.8, 100: 54.1},
    "act_jepa": {10: 42.7, 25: 58.3, 50: 68.1, 100: 75.3},
}
"""Mean over its tasks by method and number of demonstrations."""

ABLATIONS: Mapping[str, float] = {
    "act_jepa": 75.3,
    "no_actions": 61.4,
    "tau_0.99": 72.1,
    "tau_0.9999": 73.8,
    "reconstruction": 63.5,
    "predictor_512": 68.7,
    "add": 73.9,
}
"""Mean over its tasks by variant. Without EMA it reports a collapse, and no number."""
