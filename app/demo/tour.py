"""The five steps of the demo, through the same widgets and pad events as a person's."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.arm.mapping import PadMapping
from app.arm.messages import DEPLOY, DRIVE, Tick
from app.arm.session import Session
from app.arm.virtual_pad import VirtualPad
from app.assemble import Assembled
from app.demo.pad_driver import PadDriver
from app.pages.compare.page import ComparePage
from app.pages.deploy.page import DeployPage
from app.pages.record.page import RecordPage
from app.pages.train.page import TrainPage
from app.pages.train.senses_card import CHOICES
from app.widgets.disturbances import DisturbanceControls
from app.window.page import Page
from core.evaluation import Result
from core.policies import MODES
from core.simulation import Condition
from core.simulation.disturbances import IMAGE_NOISE, SENSOR_NOISE

TASK = "pick_place"
PageType = TypeVar("PageType", bound=Page)


@dataclass(frozen=True)
class Variant:
    """What the policy of a demo senses, and what disturbs it."""

    steps: int | None
    """Updates of the training unless others are asked for; None: the preset's own."""
    disturbed: Condition
    """What disturbs the last trial of each mode."""
    varied: str
    """The noise that has three levels in each comparison."""
    compared: tuple[Condition, ...] = (Condition(),)
    """What disturbs each comparison besides."""


VARIANTS = {
    "state": Variant(None, Condition(noise=0.3), SENSOR_NOISE),
    "cameras": Variant(
        800,
        Condition(pixel_noise=0.1, light_direction=40),
        IMAGE_NOISE,
        (Condition(), Condition(light_direction=40)),
    ),
}
"""Demos by what their policy senses."""


@dataclass
class Findings:
    """What the demo saw; printed at its end."""

    recorded: int = 0
    """Episodes driven with the pad and saved."""
    trained_on: int = 0
    """Demonstrations of the training, samples included."""
    training_seconds: float = 0.0
    """From the click on Train to the finished policy [s]."""
    moved: dict[str, float] = field(default_factory=dict)
    """Way of the end effector under each mode [m]."""
    trials: dict[tuple[str, Condition], tuple[int, int]] = field(default_factory=dict)
    """(mode, condition) -> (successes, trials) on the Deploy page."""
    rows: tuple[Result, ...] = ()
    """Rows of the comparison."""
    pictures: list[Path] = field(default_factory=list)
    """Screenshots."""


class Tour:
    """Drives `assembled` through the whole job; pictures go to `folder`.

    Raises:
        TooSlowError: when a step does not come to its end.
    """

    def __init__(self, assembled: Assembled, folder: Path, senses: str = "state") -> None:
        self.studio, self.arm, self.window = assembled.studio, assembled.arm, assembled.window
        self.folder = folder
        self.senses, self.variant = senses, VARIANTS[senses]
        self.sees = self.variant.varied == IMAGE_NOISE
        self.findings = Findings()
        self._ended: list[object] = []
        self.arm.simulation.trial_over.connect(self._ended.append)

    def run(self, *, record: int, trials: int, episodes: int, steps: int | None) -> None:
        """Record `record` episodes, train `steps` updates (None: the variant's own), run `trials`
        trials a mode, and compare the modes over `episodes` paired starts a cell."""
        self.window.raise_()
        self.window.activateWindow()
        wait_until("the window comes up", self.window.isVisible, 20)
        # Without a window manager the window has to take the focus by itself.
        wait_until("the window is active", self._focused, 10)
        self.record(record)
        self.train(steps if steps is not None else self.variant.steps)
        self.deploy(trials)
        self.compare(episodes)

    # -- the steps ----------------------------------------------------------------------------

    def record(self, count: int) -> None:
        """Plug a pad in, drive `count` episodes to success, saving each.

        Where the policy sees, the window shows only what its cameras show.
        """
        page = self._page("Record", RecordPage)
        index = page.task.findData(TASK)
        page.task.setCurrentIndex(index)
        page.task.activated.emit(index)
        page.through_cameras.setChecked(self.sees)
        pad = VirtualPad()
        operator = self.arm.operator
        wait_until("the pad is seen", lambda: operator.gamepads.current is not None, 10)
        operator.set_mapping(PadMapping(directions="arm"))
        driver = PadDriver(pad, operator.mapping, TASK)
        session = self.arm.session

        def drive(tick: Tick) -> None:
            view = self.arm.simulation.view
            if tick.activity != DRIVE or view is None or tick.seed is None:
                return
            if tick.state in ("free", "between"):
                driver.rest()
            else:
                driver.step(view, tick.command[6], tick.seed)

        self.arm.ticked.connect(drive)
        self._press(pad, "a")
        self._say(f"recording {count} episodes with a virtual gamepad")
        try:
            for number in range(1, count + 1):
                self._drive_to_success(pad, number, session)
        finally:
            self.arm.ticked.disconnect(drive)
        self.picture("1-record")
        # Between two starts B would discard the last episode; at the next one it only cancels.
        wait_until(
            "the next start",
            lambda: self.arm.tick is not None and self.arm.tick.state == "armed",
            10,
        )
        self._press(pad, "b")
        driver.rest()
        pad.unplug()
        pause(0.3)
        self.picture("2-pad-unplugged")
        self.findings.recorded = len(session.episodes)

    def train(self, steps: int | None) -> None:
        """Train on the recordings and the samples."""
        page = self._page("Train", TrainPage)
        controls = page.controls
        wait_until("recordings are listed", lambda: controls.picker.task != "", 20)
        controls.picker.set_task(TASK)
        for box in controls.picker.source_boxes.values():
            if not box.isChecked():
                box.click()
        controls.senses.buttons.button(list(CHOICES).index((self.senses,))).click()
        wait_until("Train can be pressed", controls.train_button.isEnabled, 20)
        if steps is not None:
            controls.steps_box.setValue(steps)
        self.findings.trained_on = len(controls.picker.selected())
        self._say(f"training on {self.findings.trained_on} demonstrations")
        started = time.monotonic()
        controls.train_button.click()
        # Images that the recordings lack are drawn first.
        wait_until("training begins", lambda: page.state == "training", 900)
        pause(12)
        self.picture("3-train")
        wait_until("training ends", lambda: page.state == "idle", 1800)
        self.findings.training_seconds = time.monotonic() - started
        self.picture("4-trained")

    def deploy(self, trials: int) -> None:
        """Let each mode drive `trials` times, the last disturbed, and take over once."""
        page = self._page("Deploy", DeployPage)
        wait_until("the policy is loaded", page.go.isEnabled, 60)
        pad = VirtualPad()
        wait_until("the pad is seen", lambda: self.arm.operator.gamepads.current is not None, 10)
        for number, mode in enumerate(MODES):
            self._say(f"{MODES[mode].short_title} drives")
            self._let_drive(page, mode, number, trials)
        self._take_over(pad)
        page.toggle()
        self.disturb(page, Condition())
        pad.unplug()
        self.findings.trials = page.tally.counts

    def compare(self, episodes: int) -> None:
        """All modes over the same starts at three noise levels."""
        page = self._page("Compare", ComparePage)
        controls = page.controls
        wait_until("the policy is listed", lambda: controls.entry is not None, 30)
        index = controls.noise_box.findData(self.variant.varied)
        controls.noise_box.setCurrentIndex(index)
        controls.noise_box.activated.emit(index)
        controls.noise_line.setText("0, 0.1, 0.3")
        controls.episodes_box.setValue(episodes)
        for number, condition in enumerate(self.variant.compared):
            self._say(f"comparing the modes over {episodes} paired starts, {condition}")
            set_strengths(controls.disturbances, condition)
            controls.run_button.click()
            wait_until("the comparison begins", lambda: page.running, 10)
            if number == 0:
                pause(12)
                self.picture("7-compare")
            wait_until("the comparison ends", lambda: not page.running, 1800)
            (self.studio.set_image_noise if self.sees else self.studio.set_noise)(0.2)
            pause(0.5)
            self.picture(f"{8 + number}-compared")
            if page.comparison is not None:
                self.findings.rows += page.comparison.rows

    def disturb(self, page: DeployPage, condition: Condition) -> None:
        """Let `condition` disturb the policy from now on."""
        self.studio.set_noise(condition.noise)
        self.studio.set_image_noise(condition.pixel_noise)
        set_strengths(page.disturbances, condition)

    def picture(self, name: str) -> None:
        """Keep a screenshot of the window."""
        path = self.folder / f"{name}.png"
        self.window.grab().save(str(path))
        self.findings.pictures.append(path)

    # -- inside -------------------------------------------------------------------------------

    def _drive_to_success(self, pad: VirtualPad, number: int, session: Session) -> None:
        """Wait for one more saved episode; a fumbled attempt is discarded and tried again."""
        for _ in range(5):
            try:
                wait_until("an episode is saved", lambda: len(session.episodes) >= number, 25)
            except TooSlowError:
                self._press(pad, "b")
                pause(0.2)
                self._press(pad, "a")
            else:
                return
        raise TooSlowError(f"episode {number} could not be driven to success in five attempts")

    def _let_drive(self, page: DeployPage, mode: str, number: int, trials: int) -> None:
        page.modes.button(number).click()
        self.disturb(page, Condition())
        way: list[np.ndarray] = []

        def look(tick: Tick) -> None:
            view = self.arm.simulation.view
            if tick.activity == DEPLOY and tick.driver == mode and view is not None:
                way.append(view.snapshot.end_effector_position)

        self.arm.ticked.connect(look)
        if number == 0:
            page.toggle()
        wait_until("two seconds of driving", lambda: len(way) > 40, 30)
        self.picture(f"5-deploy-{mode}")
        for trial in range(1, trials + 1):
            if trial == trials:
                self.disturb(page, self.variant.disturbed)
            self._ended.clear()
            if trial == trials and self.sees:
                wait_until("two seconds of the disturbed trial", self._well_on, 60)
                self.picture(f"5-deploy-{mode}-disturbed")
            wait_until(f"trial {trial} of {mode} ends", lambda: self._ended, 120)
        self.arm.ticked.disconnect(look)
        lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
        # A new start moves the arm at once; that is not the policy's doing.
        self.findings.moved[mode] = float(lengths[lengths < 0.05].sum())

    def _well_on(self) -> bool:
        tick = self.arm.tick
        return tick is not None and tick.state == "running" and tick.step > 40

    def _take_over(self, pad: VirtualPad) -> None:
        pad.move("left_x", 0.8)

        def by_hand() -> bool:
            return self.arm.tick is not None and self.arm.tick.driver == "gamepad"

        wait_until("the person takes over", by_hand, 15)
        pause(0.6)
        self.picture("6-take-over")
        pad.centre()
        wait_until("the arm is handed back", lambda: not by_hand(), 15)

    def _page(self, title: str, kind: type[PageType]) -> PageType:
        self.window.show_page(title)
        wait_until(f"the page {title} opens", lambda: isinstance(self.window.current, kind), 60)
        pause(0.4)
        page = self.window.current
        assert isinstance(page, kind)
        return page

    def _press(self, pad: VirtualPad, button: str) -> None:
        pad.press(button)
        pause(0.1)
        pad.press(button, held=False)
        pause(0.1)

    def _focused(self) -> bool:
        self.window.activateWindow()
        return self.window.isActiveWindow() or QApplication.platformName() == "offscreen"

    def _say(self, text: str) -> None:
        sys.stderr.write(f"demo: {text}\n")


POLL = 20
"""Time between two looks at a condition [ms]."""


class TooSlowError(RuntimeError):
    """Something that had to happen did not happen in time."""


def set_strengths(controls: DisturbanceControls, condition: Condition) -> None:
    """Enter the strength of every disturbance that has a number in `controls`."""
    for name, box in controls.boxes.items():
        box.setValue(getattr(condition, name))


def wait_until(what: str, condition: Callable[[], object], seconds: float) -> None:
    """Let the window run until `condition` holds.

    Raises:
        TooSlowError: naming `what`, after `seconds` [s].
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TooSlowError(f"{what}: not within {seconds:.0f} s")
        pause(POLL / 1000)


def pause(seconds: float) -> None:
    """Let the window run for `seconds` [s]."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
