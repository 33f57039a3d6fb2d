"""What may disturb a comparison beside sensor noise, in words."""

from __future__ import annotations

from collections.abc import Mapping

BESIDE: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = (
    ("Noise alone", ()),
    ("Half of the frames lost", (("dropout", 0.5),)),
    ("Frames 3 steps late", (("delay", 3.0),)),
    ("An offset of 0.3 σ, the same all along", (("bias", 0.3),)),
    ("An offset that drifts", (("drift", 0.03),)),
    ("Object displaced by 5 cm on the way", (("displace_object", 0.05),)),
    ("Goal displaced by 10 cm on the way", (("displace_goal", 0.10),)),
)
"""What may disturb beside the noise, in words and as settings of `core.evaluation.Condition`."""


def words_of(settings: Mapping[str, float]) -> str:
    """What disturbs beside the noise, in words; empty where nothing does."""
    rest = {name: value for name, value in settings.items() if name != "noise"}
    if not rest:
        return ""
    known = {frozenset(each): words for words, each in BESIDE}
    plain = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in rest.items())
    return known.get(frozenset(rest.items()), plain).lower()
