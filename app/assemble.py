"""Puts the window together: studio, arm, pages."""

import importlib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer

from app.arm.arm import Arm
from app.jobs.preload import import_learning
from app.pages.episodes.page import EpisodesPage
from app.pages.record.page import RecordPage
from app.studio import Studio
from app.widgets.formats import sentence
from app.window.frame import PageMaker, Window
from core.data import require_writable
from core.registry import extension_problems, load_extensions

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
    """Simulation, devices, scene."""
    window: Window
    """The window itself."""


def assemble(workspace: Path, settings: QSettings, *, warm_up: bool = True) -> Assembled:
    """Build the window for a workspace; the application must exist. Nothing is shown yet.

    With `warm_up`, what learning needs is imported soon after the window has come up; without,
    when a page that needs it is chosen.
    """
    studio = Studio(workspace, settings)
    arm = Arm(studio)
    makers = (
        PageMaker("Record", "ph.record", lambda: RecordPage(studio, arm)),
        PageMaker("Episodes", "ph.film-strip", lambda: EpisodesPage(studio, arm)),
        _late_page("Train", "ph.chart-line-up", "app.pages.train.page", "TrainPage", studio),
        _late_page("Deploy", "ph.robot", "app.pages.deploy.page", "DeployPage", studio, arm),
        _late_page("Compare", "ph.scales", "app.pages.compare.page", "ComparePage", studio),
    )
    window = Window(studio, arm.scene, makers)
    window.focus_changed.connect(arm.operator.set_focused)
    window.closing.connect(arm.close_down)
    titles = [maker.title for maker in makers]
    last = str(settings.value("window/page", FIRST))
    window.show_page(last if last in titles else FIRST)
    window.first_shown.connect(arm.start)
    # That nothing can be saved here is said now, and not after the first episode.
    root = studio.workspace.root
    window.first_shown.connect(lambda: studio.background(lambda: require_writable(root)))

    def show_problems(sentences: list[str]) -> None:
        for text in sentences:
            studio.fail(text)

    def start_slow_imports() -> None:
        studio.background(lambda: _extension_problems(warm_up), show_problems)
        if warm_up:
            studio.background(_device, lambda name: studio.status.emit("device", name, ""))
            window.prepare_pages()

    delay = WARM_UP_DELAY if warm_up else 0
    window.first_shown.connect(lambda: QTimer.singleShot(delay, start_slow_imports))
    return Assembled(studio, arm, window)


def _late_page(title: str, icon: str, module: str, name: str, *parts: object) -> PageMaker:
    """A page of a module whose imports are slow: they are done in the background first."""
    return PageMaker(
        title,
        icon,
        lambda: getattr(importlib.import_module(module), name)(*parts),
        lambda: import_learning((module,)),
    )


def _extension_problems(warm_up: bool) -> list[str]:
    """A sentence for each installed extension that cannot be loaded."""
    if warm_up:
        import_learning(())  # or an extension would import torch while the window waits
    load_extensions()
    return [sentence(str(problem)) for problem in extension_problems()]


def _device() -> str:
    """Where networks are computed: the graphics card's name, or CPU."""
    import_learning(())
    import torch

    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else "CPU"
