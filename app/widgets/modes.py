"""How the window names and colours the ways of choosing actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from app.theme.theme import OKABE_ITO, current_theme

if TYPE_CHECKING:
    from core.policies import Mode


def find_mode(name: str) -> Mode | None:
    """The mode called `name`; None for results of a mode that is not installed here."""
    from core.policies import MODES  # only here: importing torch takes seconds

    return MODES.get(name)


def mode_color(name: str) -> QColor:
    """The colour of a mode in the current theme, the same in every plot, picture and table."""
    mode, theme = find_mode(name), current_theme()
    if mode is None:
        return theme.color("text")
    if mode.colour in OKABE_ITO:  # each theme has its own shades of these
        return theme.series_color(OKABE_ITO.index(mode.colour))
    return QColor(mode.colour)


def mode_title(name: str) -> str:
    """The name of a mode for people."""
    mode = find_mode(name)
    return name if mode is None else mode.title


def short_title(name: str) -> str:
    """The name of a mode where space is scarce."""
    mode = find_mode(name)
    return name if mode is None else mode.short_title
