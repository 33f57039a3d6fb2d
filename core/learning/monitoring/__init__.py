"""What is watched while a training runs: losses, speed, the representation, the policy."""

from core.learning.monitoring.monitor import reports

__all__ = ["reports"]
