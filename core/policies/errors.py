"""What can go wrong with a policy."""

from core.errors import StudioError


class PolicyError(StudioError):
    """Base of everything that `core.policies` raises on purpose."""


class ModeNotOfferedError(PolicyError, ValueError):
    """A way of choosing actions for which a checkpoint lacks something."""


class ObservationError(PolicyError, ValueError):
    """An observation that the policy was not trained on, or of the wrong count."""
