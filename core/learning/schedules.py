"""Learning rate and tau over the course of a phase."""

import math

from core.learning.configuration import OptimiserConfiguration, TargetConfiguration


def learning_rate(configuration: OptimiserConfiguration, step: int, steps: int) -> float:
    """Learning rate of update `step` (from 0) of a phase of `steps` updates.

    Rises linearly over the warm-up; then constant, or half a cosine that ends at zero.
    """
    peak = configuration.learning_rate
    warm_up = round(configuration.warm_up * steps)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    if configuration.schedule == "constant":
        return peak
    progress = (step - warm_up) / max(1, steps - warm_up)
    return 0.5 * peak * (1.0 + math.cos(math.pi * progress))


def target_tau(configuration: TargetConfiguration, step: int, steps: int) -> float:
    """Part of the target encoder kept at update `step` (from 0) of `steps`.

    Goes from `tau` to `final_tau` along half a cosine (BYOL, Grill et al. 2020, section 3.3).
    """
    first, last = configuration.tau, configuration.final_tau
    progress = step / max(1, steps - 1)
    return last - (last - first) * 0.5 * (1.0 + math.cos(math.pi * progress))
