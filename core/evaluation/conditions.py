"""What stands between a policy and its task: the conditions of an evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.evaluation.errors import SettingsError


@dataclass(frozen=True)
class Condition:
    """How well the sensors work, and what happens on the way. The default is undisturbed.

    σ is the standard deviation of each feature over the training data. All random numbers are
    functions of (seed, step) alone, so that every method meets the same ones.
    """

    noise: float = 0.0
    """Gaussian noise, independent at every control step [σ]."""
    bias: float = 0.0
    """Standard deviation of an offset that stays for the whole episode [σ]."""
    drift: float = 0.0
    """Standard deviation of the steps of a random walk that begins at 0: after t control steps the
    offset has a standard deviation of drift * sqrt(t) [σ per square root of a control step]."""
    dropout: float = 0.0
    """Share of control steps in which no new frame arrives, 0 to below 1; the first always does."""
    delay: int = 0
    """Age of the frame that arrives [control steps]; until there is one so old, the first frame."""
    displace_object: float = 0.0
    """Horizontal distance by which the object is displaced at step 40 [m]."""
    displace_goal: float = 0.0
    """Horizontal distance by which the goal is displaced at step 40 [m]."""

    def __post_init__(self) -> None:
        for name in ("noise", "bias", "drift", "displace_object", "displace_goal"):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                what = "noise level" if name == "noise" else name
                raise SettingsError(f"{what} {value}; expected numbers of 0 or more")
        if not 0 <= self.dropout < 1:
            raise SettingsError(f"dropout is {self.dropout}; expected 0 to below 1")
        if self.delay < 0 or self.delay != int(self.delay):
            raise SettingsError(f"delay is {self.delay}; expected whole control steps, 0 or more")

    @property
    def only_noise(self) -> bool:
        """Whether nothing but Gaussian noise disturbs."""
        return self == Condition(noise=self.noise)

    def to_dict(self) -> dict[str, float]:
        """The settings that differ from an undisturbed evaluation."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Condition":
        """The condition that :meth:`to_dict` described. Raises :class:`SettingsError`."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(settings) - known)
        if unknown:
            raise SettingsError(
                f"unknown condition {unknown[0]!r}; conditions: {', '.join(sorted(known))}"
            )
        values: dict[str, Any] = {name: float(value) for name, value in settings.items()}
        if values.get("delay", 0.5).is_integer():
            values["delay"] = int(values["delay"])  # other values are refused
        return cls(**values)

    def __str__(self) -> str:
        """Such as ``clean``, ``noise=0.3`` or ``dropout=0.5,delay=3``."""
        return ",".join(f"{name}={value:g}" for name, value in self.to_dict().items()) or "clean"

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """The condition written as :meth:`__str__` does. Raises :class:`SettingsError`."""
        if text == "clean":
            return cls()
        settings = {}
        for part in text.split(","):
            name, _, value = part.partition("=")
            try:
                settings[name.strip()] = float(value)
            except ValueError:
                raise SettingsError(
                    f"condition {part!r}; expected name=number, such as noise=0.3, or clean"
                ) from None
        return cls.from_dict(settings)
