"""Puts the window together: studio, arm, pages."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app.arm import Arm
from app.page import Page
from app.pages.deploy import DeployPage
from app.pages.episodes import EpisodesPage
from app.pages.record import RecordPage
from app.studio import Studio
from app.theme import apply_theme
from app.window import PageMaker, Window

FIRST = "Record"
"""The page of the very first start."""
WARM_UP_DELAY = 400
"""Time from the window's appearance to the slow imports [ms]: the first frames come first."""


@dataclass(frozen=True)
class Assembled:
    """The parts of a running window."""

    studio: Studio
    """What pages share."""
    arm: Arm
    """Simulation, hands, scene."""
    window: Window
    """The window itself."""


def assemble(workspace: Path, settings: QSettings) -> Assembled:
    """Build the window for a workspace; the application must exist. Nothing is shown yet."""
    studio = Studio(workspace, settings)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, studio.theme)
    arm = Arm(studio)
    makers = (
        PageMaker("Record", RecordPage.icon, lambda: RecordPage(studio, arm)),
        PageMaker("Episodes", EpisodesPage.icon, lambda: EpisodesPage(studio, arm)),
        PageMaker("Train", "ph.chart-line-up", lambda: _late("train", "TrainPage", studio), _learn),
        PageMaker("Deploy", DeployPage.icon, lambda: DeployPage(studio, arm), _learn),
        PageMaker("Compare", "ph.scales", lambda: _late("compare", "ComparePage", studio), _learn),
    )
    window = Window(studio, arm.scene, makers)
    window.focus_changed.connect(arm.operator.set_focused)
    window.closing.connect(arm.close_down)
    titles = [maker.title for maker in makers]
    last = str(settings.value("window/page", FIRST))
    window.show_page(last if last in titles else FIRST)
    window.first_shown.connect(arm.start)
    window.first_shown.connect(lambda: QTimer.singleShot(WARM_UP_DELAY, window.prepare_pages))
    return Assembled(studio, arm, window)


def _late(module: str, name: str, studio: Studio) -> Page:
    """A page whose imports are slow; they have been done in the background by now."""
    page = getattr(importlib.import_module(f"app.pages.{module}"), name)(studio)
    assert isinstance(page, Page)
    return page


def _learn() -> None:
    """Import what learning needs, off the GUI thread: torch alone takes a second or two."""
    import torch

    torch.set_num_threads(1)
    for module in ("core.policies", "core.evaluation", "app.pages.train", "app.pages.compare"):
        importlib.import_module(module)
