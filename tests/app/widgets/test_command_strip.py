"""The strip of commands tells by its colours who drove."""

import pytest

from app.theme.theme import DARK, LIGHT, apply_theme
from app.widgets.command_strip import SHOWN, CommandStrip

DRIVERS = ("bc", "gamepad", "nearest", "plan")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_driver_has_a_colour_of_its_own(qtbot, theme):
    apply_theme(theme)
    strip = CommandStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 176)
    for number in range(SHOWN):
        driver = DRIVERS[number * len(DRIVERS) // SHOWN]
        strip.add((0.0,) * 7, driver)
    picture = strip.grab().toImage()
    band = picture.height() - 17
    quarter = (900 - 80) // len(DRIVERS)
    seen = {picture.pixelColor(64 + quarter // 2 + i * quarter, band).name() for i in range(4)}
    assert len(seen) == len(DRIVERS)
