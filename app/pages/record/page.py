"""Record: drive the arm and keep what was driven."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton

from app.arm.arm import Arm
from app.arm.mapping import ACTION_KEYS, BUTTON_LABELS
from app.arm.messages import (
    DRIVE,
    NewStart,
    SelectTask,
    StartRecording,
    StopRecording,
    Tick,
)
from app.arm.session import Saved
from app.pages.record.operator_card import OperatorCard
from app.pages.record.session_list import SessionList
from app.studio import Studio
from app.widgets.command_strip import CommandStrip
from app.widgets.controls import (
    Card,
    button,
    chooser,
    configure,
    grid,
    label,
    offer,
    panel,
    row,
    set_look,
    switch,
)
from app.window.page import Page
from core.simulation import CONTROL_RATE, IMAGE_SIZE, IMAGE_SIZES, TASKS

FIRST_TASK = "pick_place"
STORED_SIZE = 96
"""Width and height of stored camera images [px]: what robomimic and LeRobot policies are fed."""
CAMERAS_KEY = "C"
"""Key that switches to the cameras of policies and back."""


class RecordPage(Page):
    """Start, stop, discard and mark, from the pad, the keyboard and the mouse alike."""

    shows_scene = True

    def __init__(self, studio: Studio, arm: Arm) -> None:
        super().__init__(studio)
        self.arm = arm
        self.strip = self.commands = CommandStrip()
        self.operator_card = OperatorCard(arm.operator)
        cards = (self._task_card(), self._recording_card(), self.operator_card)
        self.panel = panel(*cards, self._session_card(), 1)
        self._connect()
        self._select(studio.driven_task)
        self._show_state("free", 0, "")
        self._show_session()

    # -- what the window calls ----------------------------------------------------------------

    def activated(self) -> None:
        self.arm.start_activity(DRIVE, driven=True)
        self.arm.scene.setFocus()
        self._look()

    def deactivated(self) -> None:
        self.arm.scene.look_through_cameras(0)
        paused = "recording paused" if self._state == "recording" else ""
        self.studio.status.emit("recording", paused, "warning")

    # -- what a person does ---------------------------------------------------------------------

    @Slot(str)
    def act(self, action: str) -> None:
        """Do what a button or key of that action means here; see `ACTIONS`."""
        does: dict[str, Callable[[], None]] = {
            "record": self.toggle_recording,
            "discard": self.discard,
            "success": lambda: self.mark(True),
            "failure": lambda: self.mark(False),
            "new_start": lambda: self._post(NewStart()),
        }
        if self.shown and action in does:
            does[action]()

    @Slot()
    def toggle_recording(self) -> None:
        """Start, or stop and keep."""
        if self._state == "free":
            self._post(StartRecording(self.automatic.isChecked(), self.again.isChecked()))
        elif self._state in ("recording", "between"):
            self._post(StopRecording())
        else:
            self._post(NewStart())

    @Slot()
    def discard(self) -> None:
        """Drop what is being recorded; without a recording, the last episode, which is said."""
        if self._state in ("armed", "recording"):
            self._post(NewStart())
        else:
            self.arm.session.change_last(self.arm.session.discard)

    def mark(self, success: bool) -> None:
        """End the recording with this label; without a recording, relabel the last episode."""
        if self._state == "recording":
            self._post(StopRecording(success))
        else:
            session = self.arm.session
            session.change_last(lambda last: session.relabel(last, success))

    def _post(self, request: object) -> None:
        self.arm.simulation.post(DRIVE, request)

    # -- parts --------------------------------------------------------------------------------

    def _task_card(self) -> Card:
        self.task = configure(chooser(), focusPolicy=Qt.FocusPolicy.TabFocus)
        offer(self.task, [(TASKS[name].title, name) for name in TASKS])
        self.instruction = label("", "muted", wrap=True)
        self.task.activated.connect(lambda: self._select(str(self.task.currentData())))
        return Card("", row(label("Task", "heading"), self.task), self.instruction)

    def _recording_card(self) -> Card:
        self.state = label("", "number")
        self.state_hint = label("", "muted", wrap=True)
        self.start = configure(button("", self.toggle_recording, kind="primary"), minimumHeight=40)
        self.drop = button("", self.discard)
        self.succeeded = button("", lambda: self.mark(True))
        self.failed = button("", lambda: self.mark(False))
        self.renew = button("", lambda: self.act("new_start"))
        buttons = grid((), (self.succeeded, self.failed), (self.drop, self.renew), spacing=(8, 8))
        buttons.addWidget(self.start, 0, 0, 1, 2)
        settings = self.studio.settings
        self.automatic = switch("Stop when the task is solved", settings, "record/automatic")
        self.again = switch("After a success, go on with a new start", settings, "record/again")
        self.images = switch(
            "Camera images with every recording",
            settings,
            "record/images",
            default=False,
            tip=f"From the workspace and the wrist, {STORED_SIZE} x {STORED_SIZE} pixels, drawn "
            "from the recorded states once a recording is saved",
        )
        self.through_cameras = configure(
            switch(
                f"Through the cameras   ({CAMERAS_KEY})",
                settings,
                "record/through cameras",
                default=False,
                tip="Show only what a policy would see, so that a demonstration holds nothing "
                "that it cannot know",
            ),
            shortcut=CAMERAS_KEY,
        )
        self.image_size = configure(
            chooser(6, name="Size of the images"),
            toolTip="Width and height of the images that you drive by",
            focusPolicy=Qt.FocusPolicy.TabFocus,
        )
        offer(self.image_size, [(f"{size} px", size) for size in IMAGE_SIZES])
        remembered = int(str(settings.value("record/image size", IMAGE_SIZE)))
        self.image_size.setCurrentIndex(max(0, self.image_size.findData(remembered)))
        self.counts = label("", "muted", tip="Successes and failures of this session")
        return Card(
            "",
            row(self.state, 1, self.counts),
            self.state_hint,
            buttons,
            self.automatic,
            self.again,
            self.images,
            row(self.through_cameras, 1, self.image_size),
        )

    def _session_card(self) -> Card:
        self.last = label("", "caption", wrap=True)
        self.list = SessionList()
        self.train = button("Train on these recordings", lambda: self.studio.go_to("Train"))
        return Card("This session", self.last, self.list, self.train)

    def _connect(self) -> None:
        arm = self.arm
        arm.operator.acted.connect(self.act)
        arm.operator.mapping_changed.connect(self._offer)
        arm.operator.pad_changed.connect(self._offer)
        arm.ticked.connect(self._ticked)
        arm.simulation.happened.connect(self._happened)
        arm.session.changed.connect(self._show_session)
        arm.session.saved.connect(self._saved)
        self.through_cameras.toggled.connect(self._look)
        self.image_size.activated.connect(self._size_chosen)
        self.list.replay_wanted.connect(self._replay)
        self.list.discard_wanted.connect(arm.session.discard)
        self.list.relabel_wanted.connect(arm.session.relabel)

    # -- what happens -------------------------------------------------------------------------

    def _select(self, name: str) -> None:
        name = name if self.task.findData(name) >= 0 else FIRST_TASK
        self.task.setCurrentIndex(self.task.findData(name))
        self.instruction.setText(TASKS[name].instruction)
        self.studio.driven_task = name
        self._post(SelectTask(name))

    @Slot()
    def _look(self) -> None:
        """Look at the scene, or through the cameras of policies."""
        through = self.through_cameras.isChecked()
        self.image_size.setEnabled(through)
        if self.shown:
            self.arm.scene.look_through_cameras(self.image_size.currentData() if through else 0)

    @Slot()
    def _size_chosen(self) -> None:
        self.studio.settings.setValue("record/image size", self.image_size.currentData())
        self._look()

    @Slot(object)
    def _ticked(self, tick: Tick) -> None:
        if tick.activity != DRIVE or not self.shown:
            return
        self.commands.add(tick.command, "" if tick.held else tick.driver)
        self._show_state(tick.state, tick.step, tick.held)

    @Slot(str)
    def _happened(self, event: str) -> None:
        said = {
            "discarded": "Recording discarded; nothing was saved",
            "cancelled": "No recording had begun; what was saved before is kept",
        }
        if event in said and self.shown:
            self.studio.toast(said[event])

    @Slot(object)
    def _saved(self, saved: Saved) -> None:
        session = self.arm.session
        word = {True: "Success", False: "Failure", None: "Unlabelled episode"}[saved.info.success]
        text = f"{word} saved: {saved.quality.duration:.1f} s"
        self.studio.toast(text, "Discard", lambda: session.discard([saved.identifier]))
        if self.images.isChecked():
            self.arm.filming.add(Path(saved.path), STORED_SIZE)

    @Slot(object)
    def _replay(self, saved: Saved) -> None:
        self.studio.go_to("Episodes")
        self.arm.replay_wanted.emit(Path(saved.path))

    @Slot()
    def _show_session(self) -> None:
        episodes = self.arm.session.episodes
        good = sum(saved.info.success is True for saved in episodes)
        bad = sum(saved.info.success is False for saved in episodes)
        self.counts.setText(f"{good} ✓    {bad} ✗" if episodes else "")
        self.list.show_episodes(episodes)
        last = self.arm.session.last
        if last is None:
            self.last.setText(
                "Nothing recorded yet. Ten successes are enough for a first policy; "
                "fifty make a good one."
            )
        else:
            quality = last.quality
            self.last.setText(
                f"Last: {quality.duration:.1f} s, path {quality.path:.2f} m, idle "
                f"{100 * quality.idle:.0f} %, roughness {quality.roughness:.2f}"
            )
        self.train.setVisible(good > 0)

    def _show_state(self, state: str, step: int, held: str) -> None:
        self._state = state
        seconds = step / CONTROL_RATE
        clock = f"{int(seconds) // 60:02d}:{seconds % 60:04.1f}"
        texts = {
            "between": ("✓ Success", "good", "Saved. The next start follows."),
            "free": ("Free driving", "", "Try the arm; nothing is recorded."),
            "armed": ("Ready", "accent", "Recording begins with your first motion."),
            "recording": (f"● REC {clock}", "danger", f"step {step}"),
        }
        text, role, hint = texts[state]
        if held:
            text, role, hint = f"Paused {clock}" if step else "Paused", "warning", held
        self.state.setText(text)
        set_look(self.state, "tone", role)
        self.state_hint.setText(hint)
        self._offer()
        shown = text if state != "free" else ""
        self.studio.status.emit("recording", shown, role if role != "accent" else "strong")

    @Slot()
    def _offer(self) -> None:
        """Only what can be done now can be pressed, and it says what it would do."""
        state = self._state
        word = {
            "free": "Start recording",
            "between": "Stop here",
            "armed": "Cancel",
            "recording": "Stop and keep",
        }[state]
        self._title(self.start, word, "record")
        set_look(self.start, "kind", "primary" if state == "free" else "")
        session = self.arm.session
        has_last = session.last is not None or session.saving > 0
        running = state == "recording"
        self._title(self.succeeded, "Success" if running else "Last: success", "success")
        self._title(self.failed, "Failure" if running else "Last: failure", "failure")
        drops = state in ("armed", "recording")
        self._title(self.drop, "Discard" if drops else "Discard last", "discard")
        self.succeeded.setEnabled(running or has_last)
        self.failed.setEnabled(running or has_last)
        self.drop.setEnabled(drops or has_last)
        self._title(self.renew, "New start", "new_start")

    def _title(self, widget: QPushButton, text: str, action: str) -> None:
        """`text` with the button of the pad, or the key, that does the same."""
        operator = self.arm.operator
        key = ACTION_KEYS[action].label
        if operator.gamepads.current is not None:
            key = BUTTON_LABELS[getattr(operator.mapping, action)]
        full = f"{text}   ({key})"
        if widget.text() != full:
            widget.setText(full)
