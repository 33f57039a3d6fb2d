"""The panel of the Compare page: what to compare, Run, export, and earlier comparisons."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from app.pages.compare.comparison_plot import mode_pen
from app.pages.compare.earlier_comparisons import EarlierList
from app.widgets.controls import (
    PANEL_MARGINS,
    Card,
    button,
    chooser,
    column,
    configure,
    label,
    offer,
    row,
)
from app.widgets.disturbances import DisturbanceControls
from app.widgets.field_editors import FieldError, parse_number
from app.widgets.formats import task_title
from app.widgets.painted import LineSample
from core.learning import LearningError
from core.policies import MODES
from core.runs import CheckpointEntry
from core.simulation import TASKS, Condition
from core.simulation.disturbances import IMAGE_NOISE, SENSOR_NOISE

NOISE = "0, 0.1, 0.3, 0.6"
"""Levels offered at first."""
EPISODES = 100
MOST_LEVELS = 20


class ComparePanel(QWidget):
    """The choice of what to compare, and the buttons that the page connects."""

    export_wanted = Signal(str)
    """"csv", "png" or "json"."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[CheckpointEntry] = []
        self.checkpoint_box = chooser(12, name="Policy")
        self.checkpoint_box.activated.connect(self._check)
        self.about = label("", "caption", wrap=True)
        self.mode_boxes = {name: QCheckBox(mode.title) for name, mode in MODES.items()}
        for box in self.mode_boxes.values():
            box.setChecked(True)
            box.clicked.connect(self._check)
        self.noise_box = chooser(5, name="What is noisy")
        offer(self.noise_box, [("senses", SENSOR_NOISE), ("images", IMAGE_NOISE)])
        self.noise_box.activated.connect(self._check)
        self.noise_line = configure(
            QLineEdit(NOISE),
            accessibleName="Noise levels",
            toolTip="Noise levels σ between 0 and 1, separated by commas: in standard deviations "
            "of each sensed feature, or of images as part of the range of a pixel",
        )
        self.noise_line.textChanged.connect(self._check)
        self.episodes_box = configure(
            QSpinBox(),
            minimum=1,
            maximum=10_000,
            singleStep=25,
            value=EPISODES,
            alignment=Qt.AlignmentFlag.AlignRight,
            focusPolicy=Qt.FocusPolicy.StrongFocus,
            toolTip="Starts that every mode meets at every noise level",
        )
        self.episodes_box.valueChanged.connect(self._check)
        self.disturbances = DisturbanceControls(())
        self.disturbances.changed.connect(self._check)
        self.observer_box = configure(
            QCheckBox("Sensors corrected by the observer"),
            checked=True,
            toolTip="The observer filters what is sensed, using the executed actions",
        )
        self.summary = label("", "caption", wrap=True)
        self.problem = label("", "danger", wrap=True)
        self.run_button = button("Run", kind="primary", sign="ph.play-fill", shortcut="Ctrl+Return")
        self.stop_button = button(
            "Stop", sign="ph.stop-fill", tip="Stop now; the complete batches stay"
        )
        self.export_buttons = {
            kind: button(kind.upper(), partial(self.export_wanted.emit, kind))
            for kind in ("csv", "png", "json")
        }
        self.folder_button = button("Open folder", kind="quiet", sign="ph.folder-open")
        self.earlier = EarlierList()
        self._lay_out()
        self.set_running(False)
        self.set_exportable(False)
        self._check()

    # what is chosen

    @property
    def entry(self) -> CheckpointEntry | None:
        """The chosen checkpoint; None if there is none."""
        index = self.checkpoint_box.currentIndex()
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def modes(self) -> tuple[str, ...]:
        """The ticked modes that the policy offers."""
        boxes = self.mode_boxes.items()
        return tuple(mode for mode, box in boxes if box.isChecked() and box.isEnabled())

    def noise(self) -> tuple[float, ...]:
        """The noise levels, each once, rising. Raises `ValueError` in a sentence."""
        parts = self.noise_line.text().replace(";", ",").split(",")
        levels = {parse_number(part, float) for part in parts if part.strip()}
        if not levels:
            raise FieldError("Enter at least one noise level, such as 0")
        wrong = [level for level in levels if not 0 <= level <= 1]
        if wrong:
            raise FieldError(f"Noise level {wrong[0]:g}; levels are between 0 and 1")
        if len(levels) > MOST_LEVELS:
            raise FieldError(f"{len(levels)} noise levels; take at most {MOST_LEVELS}")
        return tuple(sorted(levels))

    @property
    def varied(self) -> str:
        """Name of the noise that has these levels."""
        seeing = self.entry is not None and bool(self.entry.images)
        return str(self.noise_box.currentData()) if seeing else SENSOR_NOISE

    def conditions(self) -> tuple[Condition, ...]:
        """A condition for each noise level. Raises `ValueError` in a sentence."""
        others, varied = self.disturbances.strengths, self.varied
        return tuple(Condition(**{**others, varied: level}) for level in self.noise())

    @property
    def episodes(self) -> int:
        """Starts of each cell."""
        return self.episodes_box.value()

    # what there is

    def show_checkpoints(self, entries: Sequence[CheckpointEntry]) -> None:
        """Offer these; the choice stays if it is still there."""
        self._entries = list(entries)
        offer(
            self.checkpoint_box, [(e.name, str(e.path)) for e in entries] or [("no policy yet", "")]
        )
        self.checkpoint_box.setEnabled(bool(entries))
        self._check()

    def choose(self, folder: Path) -> None:
        """Choose the checkpoint in `folder`; one that is not there leaves the newest."""
        self.checkpoint_box.setCurrentIndex(max(0, self.checkpoint_box.findData(str(folder))))
        self._check()

    # state

    def set_running(self, running: bool) -> None:
        """Show Run or Stop."""
        self.run_button.setVisible(not running)
        self.stop_button.setVisible(running)
        self.stop_button.setEnabled(running)
        for card in self._choice_cards:
            card.setEnabled(not running)
        self.earlier.setEnabled(not running)

    def set_exportable(self, exportable: bool) -> None:
        """Whether there are results to export."""
        for part in (*self.export_buttons.values(), self.folder_button):
            part.setEnabled(exportable)

    # inside

    def _check(self) -> None:
        """Say what will be done, or what is missing."""
        entry, problem, cells = self.entry, "", 0
        if entry is None:
            self.about.setText("Train a policy first; it will be listed here.")
        elif entry.problem is not None:
            problem = entry.problem
        else:
            self.about.setText(
                f"{task_title(entry.task)} · {entry.step:,} steps · "
                f"{len(entry.episodes)} demonstrations"
            )
            problem = self._offer_modes(entry)
            if entry.task in TASKS:
                images = bool(entry.images)
                self.noise_box.setVisible(images)
                self.disturbances.fit(TASKS[entry.task], images=images, elsewhere=(self.varied,))
        try:
            cells = len(self.modes()) * len(self.noise())
        except ValueError as error:
            problem = problem or f"{error}."
        if not self.modes():
            problem = problem or "Tick at least one mode."
        plural = "cell" if cells == 1 else "cells"
        self.summary.setText(
            f"{cells} {plural} × {self.episodes} starts = {cells * self.episodes:,} episodes"
        )
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.run_button.setEnabled(entry is not None and not problem)

    def _offer_modes(self, entry: CheckpointEntry) -> str:
        """Offer the modes that `entry` can be used with, and say why not the others.

        Returns what is wrong with `entry`, or nothing.
        """
        try:
            lacking = {name: mode.needs(entry) for name, mode in MODES.items()}
        except LearningError as error:
            return f"Its settings cannot be read: {error}"
        for name, sentence in lacking.items():
            self.mode_boxes[name].setEnabled(sentence is None)
            self.mode_boxes[name].setToolTip(sentence or MODES[name].sentence)
            if sentence is not None:
                self.about.setText(
                    f"{self.about.text()}\n{MODES[name].title} is not offered. {sentence}"
                )
        return ""

    def _lay_out(self) -> None:
        modes = (
            row(box, 1, LineSample(partial(mode_pen, mode), 24))
            for mode, box in self.mode_boxes.items()
        )
        what = (
            column(*modes, spacing=0),
            row(_narrow("noise σ"), self.noise_box, (self.noise_line, 1)),
            row(_narrow("starts"), self.episodes_box),
            self.disturbances,
            self.observer_box,
            self.summary,
        )
        policy = Card("Policy", self.checkpoint_box, self.about)
        self._choice_cards = (policy, Card("What to compare", *what))
        start = column(self.run_button, self.stop_button, self.problem)
        files = Card(
            "Export",
            row(*self.export_buttons.values(), 1),
            label(
                "Everything is saved when a comparison ends; this writes it now.",
                "caption",
                wrap=True,
            ),
            row(self.folder_button, 1),  # in one row they would be the widest part
        )
        column(
            *self._choice_cards,
            start,
            files,
            Card("Earlier comparisons", self.earlier),
            1,
            spacing=16,
            margins=PANEL_MARGINS,
            inside=self,
        )


def _narrow(text: str) -> QLabel:
    made = label(text, "muted")
    made.setFixedWidth(64)
    return made
