"""The panel of the Train page: what to train on, how, and the buttons that steer it."""

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from app.pages.train.episode_picker import EpisodePicker
from app.pages.train.run_list import RunList
from app.pages.train.senses_card import SensesCard
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
from core.learning import (
    PRESETS,
    Configuration,
    EncoderConfiguration,
    TrainingConfiguration,
    get_preset,
)
from core.learning.senses import image_senses

DEFAULT_PRESET, CAMERAS_PRESET = "default", "cameras"
PRESET_TEXTS = {
    "default": "What works best here: a recurrent belief, action chunks, inverse dynamics.",
    "reference": "The method's own recipe: single frames, single steps, frozen representation.",
    "cameras": "What works best here on images: a small network for each camera, without memory.",
    "paper": "As published: latents of proprioception are predicted, and images are context.",
}
SHOWN_ABOVE = (
    "training.steps",
    "training.head_steps",
    "training.seed",
    "encoder.goal",
    "encoder.image_size",
)
"""Options with a place of their own above the advanced ones."""

IDLE, PREPARING, TRAINING, PAUSED, ENDING = "idle", "preparing", "training", "paused", "ending"


class TrainPanel(QWidget):
    """The choice of demonstrations and settings, and the buttons that the page connects."""

    senses_changed = Signal()
    """The policy is to sense something else."""

    def __init__(self) -> None:
        super().__init__()
        self.form: SettingsForm | None = None
        """The form of all settings, once it was opened."""
        self.picker = EpisodePicker()
        self.runs = RunList()
        self.senses = SensesCard()
        self.senses.changed.connect(self._senses_chosen)
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
        self.needs = label("", "muted", wrap=True)
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
        base: Configuration = self.form.value() if self.form is not None else self._base()
        steps = self.steps_box.value()
        training = dataclasses.replace(
            base.training, steps=steps, head_steps=steps, seed=self.seed_box.value()
        )
        senses = base.encoder.senses  # the form may name fields one by one
        encoder = dataclasses.replace(self.senses.of(base.encoder), senses=senses)
        return dataclasses.replace(base, training=training, encoder=encoder)

    @property
    def encoder(self) -> EncoderConfiguration:
        """The encoder as entered, or where that cannot be, as the preset has it."""
        try:
            return self.configuration().encoder
        except ValueError:
            return self._base().encoder

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
        for part in (self.picker, self.senses, self._method, self.advanced):
            part.setEnabled(idle)
        self.runs.set_may_resume(idle)
        self.needs.setVisible(idle and bool(self.needs.text()))

    def set_ready(self, why_not: str) -> None:
        """Train can be pressed unless something is missing."""
        self.train_button.setEnabled(not why_not)
        self.train_button.setToolTip(why_not or "Train on the chosen demonstrations (Ctrl+Return)")

    def say_needs(self, text: str) -> None:
        """Say above the button what a training leaves out and makes first; empty for nothing."""
        self.needs.setText(text)
        self.needs.setVisible(bool(text) and not self.train_button.isHidden())

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
        start = column(self.needs, row(*wide, self.cancel_button), self.problem)
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
            self.senses,
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
            self.form = SettingsForm(self._base(), hidden=SHOWN_ABOVE, gradual=True)
            self.form.changed.connect(self._form_changed)
            self.form.problem_changed.connect(self.say_problem)
            self.advanced.column.addWidget(self.form)

    def _base(self) -> Configuration:
        """The preset, sensing what is chosen."""
        preset = get_preset(self.preset)
        return dataclasses.replace(preset, encoder=self.senses.of(preset.encoder))

    def _form_changed(self, configuration: Configuration) -> None:
        self._count_changes()
        if configuration.encoder.senses != self.senses.senses:
            self.senses.show_senses(configuration.encoder.senses)
            self.senses_changed.emit()

    def _senses_chosen(self) -> None:
        """Begin from the preset for images where cameras are sensed, else from the usual one."""
        if self.senses.sees != _sees(self.preset):
            name = CAMERAS_PRESET if self.senses.sees else DEFAULT_PRESET
            self.preset_box.setCurrentIndex(self.preset_box.findData(name))
            self._preset_chosen()
        elif self.form is not None:
            self.form.set_defaults(self._base())
            self._count_changes()
        self.senses_changed.emit()

    def _preset_chosen(self) -> None:
        preset = get_preset(self.preset)
        if self.senses.sees != _sees(self.preset):
            self.senses.show_encoder(preset.encoder)
        self.preset_text.setText(PRESET_TEXTS.get(self.preset, ""))
        self.steps_box.setValue(preset.training.steps)
        self.seed_box.setValue(preset.training.seed)
        if self.form is not None:
            self.form.set_defaults(self._base())
        self._count_changes()

    def _count_changes(self) -> None:
        count = len(self.form.changes()) if self.form is not None else 0
        self.advanced.button.setText(
            f"All settings  ({count} changed)" if count else "All settings"
        )


def _sees(preset: str) -> bool:
    """Whether a preset senses images."""
    return image_senses(get_preset(preset).encoder.senses)


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
