"""The panel of the Train page: what to train on, how, and the buttons that steer it."""

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from app.pages.train.episode_picker import EpisodePicker
from app.pages.train.run_list import RunList
from app.theme.theme import icon
from app.widgets.controls import (
    PANEL_MARGINS,
    Card,
    Section,
    button,
    chooser,
    column,
    configure,
    grid,
    label,
    offer,
    row,
)
from app.widgets.field_docs import field_docs
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
    """The choice of demonstrations and settings, and the buttons that the page connects."""

    def __init__(self) -> None:
        super().__init__()
        self.form: SettingsForm | None = None
        """The form of all settings, once it was opened."""
        self.picker = EpisodePicker()
        self.runs = RunList()
        self.preset_box = chooser()
        offer(self.preset_box, [(name, name) for name in PRESETS])
        self.preset_box.activated.connect(self._preset_chosen)
        self.preset_text = label("", "caption", wrap=True)
        self.steps_box = _number_box(1, 10_000_000, 500)
        self.seed_box = _number_box(0, 2**31 - 1, 1)
        self.device_box = chooser()
        self.name_line = configure(QLineEdit(), maxLength=80)
        self.advanced = Section("All settings")
        self.advanced.button.toggled.connect(self._make_form)
        self.problem = label("", "danger", wrap=True)
        self.problem.hide()
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
        base: Configuration = (
            self.form.value() if self.form is not None else get_preset(self.preset)
        )
        steps = self.steps_box.value()
        training = dataclasses.replace(
            base.training, steps=steps, head_steps=steps, seed=self.seed_box.value()
        )
        return dataclasses.replace(base, training=training)

    def set_devices(self, cards: Sequence[str]) -> None:
        """Offer the CPU and, if there is one, the graphics card named first."""
        automatic = f"Automatic ({'graphics card' if cards else 'CPU'})"
        card = [(name, "cuda") for name in cards[:1]]
        offer(self.device_box, [(automatic, "auto"), ("CPU", "cpu"), *card])

    # state

    def set_state(self, state: str) -> None:
        """Show the buttons that make sense now."""
        idle = state == IDLE
        self.train_button.setVisible(idle)
        for steering in (self.pause_button, self.stop_button, self.cancel_button):
            steering.setVisible(not idle)
        self.pause_button.setEnabled(state in (TRAINING, PAUSED))
        self.stop_button.setEnabled(state in (TRAINING, PAUSED))
        self.cancel_button.setEnabled(state != ENDING)
        self.pause_button.setText("Resume" if state == PAUSED else "Pause")
        self.pause_button.setIcon(icon("ph.play-fill" if state == PAUSED else "ph.pause-fill"))
        for part in (self.picker, self._method, self.advanced):
            part.setEnabled(idle)
        self.runs.set_may_resume(idle)

    def set_ready(self, why_not: str) -> None:
        """Train can be pressed unless something is missing."""
        self.train_button.setEnabled(not why_not)
        self.train_button.setToolTip(why_not or "Train on the chosen demonstrations (Ctrl+Return)")

    def say_problem(self, text: str) -> None:
        """Show what is wrong with the choice under the button; empty for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    # inside

    def _lay_out(self) -> None:
        self.train_button = configure(
            button("Train", kind="primary", sign="ph.play-fill"), shortcut="Ctrl+Return"
        )
        self.pause_button = button("Pause")
        self.stop_button = button(
            "Stop and keep",
            sign="ph.stop-fill",
            tip="Stop now and keep what was learned; the run can be resumed later",
        )
        self.cancel_button = button("Cancel", kind="quiet", tip="Stop now and keep nothing")
        wide = [(made, 1) for made in (self.train_button, self.pause_button, self.stop_button)]
        start = column(row(*wide, self.cancel_button), self.problem)
        self._method = QWidget()
        lines = grid(spacing=(16, 8), stretch=(0, 1), inside=self._method)
        docs = field_docs(TrainingConfiguration)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("preset", self.preset_box, "Where all settings start"),
            ("updates", self.steps_box, docs.get("steps", "")),
            ("seed", self.seed_box, docs.get("seed", "")),
            ("device", self.device_box, "Where to compute"),
            ("name", self.name_line, "Folder of the checkpoint in this workspace"),
        )
        for index, (text, editor, doc) in enumerate(rows):
            name = label(text, "muted", tip=doc)
            name.setBuddy(editor)
            configure(editor, toolTip=doc, accessibleName=text)
            line = index if index == 0 else index + 1  # the text of the preset lies between
            lines.addWidget(name, line, 0)
            lines.addWidget(editor, line, 1)
        lines.addWidget(self.preset_text, 1, 1)
        column(
            Card("Demonstrations", self.picker),
            Card("Method", self._method),
            start,
            self.advanced,
            Card("Earlier runs", self.runs),
            1,
            spacing=16,
            margins=PANEL_MARGINS,
            inside=self,
        )

    def _make_form(self) -> None:
        """Fifty editors take a moment to make, and most people never open them."""
        if self.form is None:
            self.form = SettingsForm(get_preset(self.preset), hidden=SHOWN_ABOVE, gradual=True)
            self.form.changed.connect(self._count_changes)
            self.form.problem_changed.connect(self.say_problem)
            self.advanced.column.addWidget(self.form)

    def _preset_chosen(self) -> None:
        preset = get_preset(self.preset)
        self.preset_text.setText(PRESET_TEXTS.get(self.preset, ""))
        self.steps_box.setValue(preset.training.steps)
        self.seed_box.setValue(preset.training.seed)
        if self.form is not None:
            self.form.set_defaults(preset)
        self._count_changes()

    def _count_changes(self) -> None:
        count = len(self.form.changes()) if self.form is not None else 0
        self.advanced.button.setText(
            f"All settings  ({count} changed)" if count else "All settings"
        )


def _number_box(lowest: int, highest: int, step: int) -> QSpinBox:
    return configure(
        QSpinBox(),
        minimum=lowest,
        maximum=highest,
        singleStep=step,
        showGroupSeparator=True,
        alignment=Qt.AlignmentFlag.AlignRight,
        focusPolicy=Qt.FocusPolicy.StrongFocus,
    )
