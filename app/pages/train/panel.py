"""The panel of the Train page: what to train on, how, and the buttons that steer it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.pages.train.episode_picker import EpisodePicker
from app.pages.train.run_list import RunList
from app.theme.theme import Theme
from app.widgets.controls import Card, chooser
from app.widgets.field_docs import field_docs
from app.widgets.section import Section
from app.widgets.settings_form import SettingsForm
from core.learning import PRESETS, Configuration, TrainingConfiguration, get_preset

PRESET_TEXTS = {
    "default": "What works best here: a recurrent belief, action chunks, inverse dynamics.",
    "reference": "The method's own recipe: single frames, single steps, frozen representation.",
}
SHOWN_ABOVE = ("training.steps", "training.head_steps", "training.seed")
"""Options with a place of their own above the advanced ones."""

IDLE, PREPARING, TRAINING, PAUSED, ENDING = "idle", "preparing", "training", "paused", "ending"


class TrainPanel(QWidget):
    """Owns the choice of demonstrations and settings; asks the page for everything else."""

    train_wanted = Signal()
    pause_wanted = Signal(bool)
    stop_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._form: SettingsForm | None = None
        self.picker = EpisodePicker(theme)
        self.runs = RunList(theme)
        self.preset_box = chooser()
        for name in PRESETS:
            self.preset_box.addItem(name, name)
        self.preset_box.activated.connect(self._preset_chosen)
        self.preset_text = QLabel()
        self.preset_text.setProperty("role", "caption")
        self.preset_text.setWordWrap(True)
        self.steps_box = _number_box(1, 10_000_000, 500)
        self.seed_box = _number_box(0, 2**31 - 1, 1)
        self.device_box = chooser()
        self.name_line = QLineEdit()
        self.name_line.setMaxLength(80)
        self.advanced = Section("All settings", theme)
        self.advanced.opened.connect(self._make_form)
        self.problem = QLabel()
        self.problem.setProperty("role", "danger")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._make_buttons()
        self._lay_out()
        self.set_devices(())
        self._preset_chosen()
        self.set_state(IDLE)

    # what is chosen

    @property
    def preset(self) -> str:
        """Name of the chosen preset."""
        return str(self.preset_box.currentData())

    @property
    def device(self) -> str:
        """auto, cpu or cuda."""
        return str(self.device_box.currentData())

    def configuration(self) -> Configuration:
        """The settings as entered. Raises `ValueError` in a sentence for those that cannot be."""
        base = self._form.value() if self._form is not None else get_preset(self.preset)
        steps = self.steps_box.value()
        training = dataclasses.replace(
            base.training, steps=steps, head_steps=steps, seed=self.seed_box.value()
        )
        configuration: Configuration = dataclasses.replace(base, training=training)
        return configuration

    def set_configuration(self, configuration: Configuration) -> None:
        """Show these settings, to be compared with the chosen preset."""
        self.advanced.set_open(True)
        assert self._form is not None
        self._form.set_value(configuration)
        self.steps_box.setValue(configuration.training.steps)
        self.seed_box.setValue(configuration.training.seed)
        self._count_changes()

    @property
    def form(self) -> SettingsForm | None:
        """The form of all settings, once it was opened."""
        return self._form

    def set_devices(self, cards: Sequence[str]) -> None:
        """Offer the CPU and, if there is one, the graphics card named first."""
        chosen = self.device_box.currentData()
        self.device_box.clear()
        self.device_box.addItem(f"Automatic ({'graphics card' if cards else 'CPU'})", "auto")
        self.device_box.addItem("CPU", "cpu")
        if cards:
            self.device_box.addItem(cards[0], "cuda")
        self.device_box.setCurrentIndex(max(0, self.device_box.findData(chosen)))

    # state

    def set_state(self, state: str) -> None:
        """Show the buttons that make sense now."""
        idle = state == IDLE
        self.train_button.setVisible(idle)
        for button in (self.pause_button, self.stop_button, self.cancel_button):
            button.setVisible(not idle)
        self.pause_button.setEnabled(state in (TRAINING, PAUSED))
        self.stop_button.setEnabled(state in (TRAINING, PAUSED))
        self.cancel_button.setEnabled(state != ENDING)
        self.pause_button.setText("Resume" if state == PAUSED else "Pause")
        icon = "ph.play-fill" if state == PAUSED else "ph.pause-fill"
        self.pause_button.setIcon(self._theme.icon(icon))
        self.pause_button.setChecked(False)
        self._paused = state == PAUSED
        for part in (self.picker, self._method, self.advanced):
            part.setEnabled(idle)
        self.runs.set_may_resume(idle)

    def set_ready(self, ready: bool, why_not: str = "") -> None:
        """Whether Train can be pressed, and if not, what is missing."""
        self.train_button.setEnabled(ready)
        self.train_button.setToolTip(why_not or "Train on the chosen demonstrations (Ctrl+Return)")

    def say_problem(self, text: str) -> None:
        """Show what is wrong with the choice under the button; empty for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self._theme = theme
        for part in (self.picker, self.runs, self.advanced):
            part.set_theme(theme)
        self._set_icons()

    # inside

    def _make_buttons(self) -> None:
        self.train_button = QPushButton("Train")
        self.train_button.setProperty("kind", "primary")
        self.train_button.setShortcut("Ctrl+Return")
        self.train_button.clicked.connect(self.train_wanted)
        self.pause_button = QPushButton("Pause")
        self.pause_button.clicked.connect(self._pause_pressed)
        self.stop_button = QPushButton("Stop and keep")
        self.stop_button.setToolTip("End now and keep what was learned; it can be resumed later")
        self.stop_button.clicked.connect(self.stop_wanted)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("kind", "quiet")
        self.cancel_button.setToolTip("End now and keep nothing")
        self.cancel_button.clicked.connect(self.cancel_wanted)
        self._paused = False
        self._set_icons()

    def _set_icons(self) -> None:
        self.train_button.setIcon(self._theme.icon("ph.play-fill", "on_accent"))
        icon = "ph.play-fill" if self._paused else "ph.pause-fill"
        self.pause_button.setIcon(self._theme.icon(icon))
        self.stop_button.setIcon(self._theme.icon("ph.stop-fill"))

    def _lay_out(self) -> None:
        docs = field_docs(TrainingConfiguration)
        self._method = QWidget()
        grid = QGridLayout(self._method)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("preset", self.preset_box, "Where all settings start"),
            ("updates", self.steps_box, docs.get("steps", "")),
            ("seed", self.seed_box, docs.get("seed", "")),
            ("device", self.device_box, "Where to compute"),
            ("name", self.name_line, "Folder of the checkpoint in this workspace"),
        )
        for index, (text, editor, doc) in enumerate(rows):
            label = QLabel(text)
            label.setProperty("role", "muted")
            label.setBuddy(editor)
            for part in (label, editor):
                part.setToolTip(doc)
            editor.setAccessibleName(text)
            row = index if index == 0 else index + 1  # the text of the preset lies between
            grid.addWidget(label, row, 0)
            grid.addWidget(editor, row, 1)
        grid.addWidget(self.preset_text, 1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.train_button, 1)
        buttons.addWidget(self.pause_button, 1)
        buttons.addWidget(self.stop_button, 1)
        buttons.addWidget(self.cancel_button)
        start = QVBoxLayout()
        start.setSpacing(8)
        start.addLayout(buttons)
        start.addWidget(self.problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 20, 16)
        column.setSpacing(16)
        for heading, content in (("Demonstrations", self.picker), ("Method", self._method)):
            card = Card(heading)
            card.body.addWidget(content)
            column.addWidget(card)
        column.addLayout(start)
        column.addWidget(self.advanced)
        card = Card("Earlier runs")
        card.body.addWidget(self.runs)
        column.addWidget(card)
        column.addStretch(1)

    def _make_form(self) -> None:
        """Fifty editors take a moment to make, and most people never open them."""
        self._form = SettingsForm(get_preset(self.preset), hidden=SHOWN_ABOVE, gradual=True)
        self._form.changed.connect(self._count_changes)
        self._form.problem_changed.connect(self.say_problem)
        self.advanced.column.addWidget(self._form)

    def _preset_chosen(self) -> None:
        preset = get_preset(self.preset)
        self.preset_text.setText(PRESET_TEXTS.get(self.preset, ""))
        self.steps_box.setValue(preset.training.steps)
        self.seed_box.setValue(preset.training.seed)
        if self._form is not None:
            self._form.set_defaults(preset)
        self._count_changes()

    def _count_changes(self) -> None:
        count = len(self._form.changes()) if self._form is not None else 0
        self.advanced.set_title(f"All settings  ({count} changed)" if count else "All settings")

    def _pause_pressed(self) -> None:
        self.pause_wanted.emit(not self._paused)


def _number_box(lowest: int, highest: int, step: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(lowest, highest)
    box.setSingleStep(step)
    box.setGroupSeparatorShown(True)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
