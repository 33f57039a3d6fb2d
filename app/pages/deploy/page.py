"""Deploy: hand the arm to a policy, disturb its senses, take over, count."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QSpinBox, QWidget

from app.arm.arm import Arm
from app.arm.messages import (
    DEPLOY,
    NewStart,
    RunTrials,
    SelectTask,
    Tick,
    TrialResult,
    UsePolicy,
)
from app.jobs.loading import Loaded, load_policies
from app.pages.deploy.policy_images import PolicyImages
from app.pages.deploy.tally import Tally
from app.studio import Studio
from app.widgets.command_strip import CommandStrip
from app.widgets.controls import (
    Card,
    Empty,
    button,
    chooser,
    column,
    configure,
    label,
    offer,
    panel,
    row,
    set_look,
    switch,
)
from app.widgets.disturbances import DisturbanceControls
from app.widgets.formats import task_title
from app.widgets.modes import short_title
from app.widgets.noise_slider import IMAGES, NoiseSlider
from app.window.page import Page
from core.policies import DEFAULT_MODE, MODES
from core.runs import CheckpointEntry, list_checkpoints
from core.simulation import CONTROL_RATE, TASKS, Condition

NOISES = (
    "Noise of images, as part of the range of a pixel",
    "Noise of its other senses, in standard deviations",
)
"""Titles of the two where a policy senses images."""
REST = "Let the policy drive, or move the arm yourself with a stick or a key."


class DeployPage(Page):
    """A checkpoint, a mode, a noise, and the arm that moves by itself."""

    shows_scene = True

    def __init__(self, studio: Studio, arm: Arm) -> None:
        super().__init__(studio)
        self.arm = arm
        self._loaded: Loaded | None = None
        self._loading: Path | None = None
        self._running = False
        remembered = str(studio.settings.value("deploy/mode", DEFAULT_MODE))
        self._mode = remembered if remembered in MODES else DEFAULT_MODE
        self.strip = self.commands = CommandStrip()
        self.empty = Empty(
            "ph.robot",
            "No checkpoint yet",
            "Train a policy first: a minute and a half is enough for a good one. "
            "Without recordings of your own, train on the samples.",
            "Go to Train",
        )
        self.policy_images = PolicyImages(studio, arm.scene, self)
        self.tally = Tally()
        clear = button("Clear", self.tally.clear, kind="quiet")
        self.content = panel(
            self._checkpoint_card(),
            self._policy_card(),
            self._trial_card(),
            self.policy_images.card,
            Card("", row(label("Successes", "heading"), 1, clear), self.tally),
            1,
        )
        self.panel = QWidget()
        column(self.content, self.empty, spacing=0, inside=self.panel)
        self.empty.hide()
        self._connect()
        self._show_tick(None)
        self._offer()

    # -- what the window calls ----------------------------------------------------------------

    def activated(self) -> None:
        self.arm.start_activity(DEPLOY, driven=True)
        self.arm.scene.setFocus()
        self.arm.scene.show_ghost(self.ghost.isChecked())
        self.policy_images.show(True)
        if self._loaded is None:  # an arm to look at until there is a policy
            task = self.studio.driven_task
            self.arm.simulation.post(DEPLOY, SelectTask(task if task in TASKS else "reach"))
        self.refresh()

    def deactivated(self) -> None:
        self._run(False)
        self.policy_images.show(False)
        self.studio.status.emit("recording", "", "")

    def close_down(self) -> None:
        self.policy_images.close_down()

    # -- parts --------------------------------------------------------------------------------

    def _checkpoint_card(self) -> Card:
        self.checkpoint = configure(chooser(), focusPolicy=Qt.FocusPolicy.TabFocus)
        self.about = label("", "muted", wrap=True)
        return Card("Checkpoint", self.checkpoint, self.about)

    def _policy_card(self) -> Card:
        settings = self.studio.settings
        self.modes = QButtonGroup(self)
        choices = [configure(button(mode.short_title), checkable=True) for mode in MODES.values()]
        for number, choice in enumerate(choices):
            self.modes.addButton(choice, number)
        self.mode_text = label("", "muted", wrap=True)
        self._show_modes()
        self.noise = NoiseSlider(self.studio.noise)
        self.image_noise = NoiseSlider(self.studio.image_noise, IMAGES)
        self.noise_titles = [label(title, "caption") for title in NOISES]
        self._show_noises(False)
        self.disturbances = DisturbanceControls(("noise", "pixel_noise"))
        self.observer = switch(
            "Sensors corrected by the observer",
            settings,
            "deploy/observer",
            tip="A filter that most checkpoints have learned",
        )
        self.ghost = switch("Show the policy's belief", settings, "deploy/ghost")
        return Card(
            "Policy mode and sensors",
            row(*((choice, 1) for choice in choices), spacing=4),
            self.mode_text,
            self.noise_titles[0],
            self.image_noise,
            self.noise_titles[1],
            self.noise,
            self.disturbances,
            self.observer,
            self.ghost,
        )

    def _trial_card(self) -> Card:
        settings = self.studio.settings
        self.state = label("", "number")
        self.explanation = configure(
            label("", "muted", wrap=True), minimumHeight=40, alignment=Qt.AlignmentFlag.AlignTop
        )
        self.latency = label("", "caption")
        self.go = configure(button("", self.toggle, kind="primary"), minimumHeight=40)
        self.renew = button("New start", self._new_start)
        self.limit = configure(
            QSpinBox(),
            minimum=1,
            maximum=120,
            value=int(str(settings.value("deploy/limit", 10))),
            suffix=" s",
            alignment=Qt.AlignmentFlag.AlignRight,
            toolTip="A trial that takes longer counts as failed",
        )
        self.limit.setFixedWidth(88)
        self.keep = switch("Keep corrected trials as demonstrations", settings, "deploy/keep")
        limit = row(self.renew, 1, label("Time limit", "muted"), self.limit)
        return Card(
            "",
            self.state,
            self.explanation,
            self.latency,
            self.go,
            limit,
            self.keep,
            label(
                "Move a stick or press a key to take over; let go to hand back.",
                "caption",
                wrap=True,
            ),
        )

    def _connect(self) -> None:
        arm, studio = self.arm, self.studio
        self.checkpoint.activated.connect(lambda: self.load(Path(self.checkpoint.currentData())))
        self.modes.idClicked.connect(self._mode_chosen)
        self.noise.changed.connect(studio.set_noise)
        studio.noise_changed.connect(self.noise.set_value)
        self.image_noise.changed.connect(studio.set_image_noise)
        studio.image_noise_changed.connect(self.image_noise.set_value)
        studio.image_noise_changed.connect(self._disturb)
        self.disturbances.changed.connect(self._disturb)
        self.observer.toggled.connect(self._post_policy)
        self.ghost.toggled.connect(arm.scene.show_ghost)
        self.keep.toggled.connect(self._settings_changed)
        self.limit.valueChanged.connect(self._settings_changed)
        self.empty.pressed.connect(lambda: studio.go_to("Train"))
        arm.operator.acted.connect(self.act)
        arm.ticked.connect(self._ticked)
        arm.simulation.trial_over.connect(self._trial_over)
        arm.simulation.failed.connect(self._policy_failed)
        studio.checkpoint_saved.connect(self.refresh)
        studio.workspace_changed.connect(self.refresh)

    # -- checkpoints --------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Look for checkpoints again, in the background."""
        folder = self.studio.workspace.root / "checkpoints"
        self.studio.background(lambda: list_checkpoints(folder), self._show_checkpoints)

    def _show_checkpoints(self, entries: list[CheckpointEntry]) -> None:
        usable = [entry for entry in entries if entry.problem is None]
        wanted = self._loading or (self._loaded.folder if self._loaded else None)
        titles = [(f"{e.name}  ({task_title(e.task)})", str(e.path)) for e in usable]
        offer(self.checkpoint, titles)
        there = bool(usable or self._loaded)
        self.content.setVisible(there)
        self.empty.setVisible(not there)
        if wanted is not None:
            self.checkpoint.setCurrentIndex(max(0, self.checkpoint.findData(str(wanted))))
        elif usable:
            self.load(usable[0].path)

    def load(self, folder: Path) -> None:
        """Load a checkpoint in the background and use it as soon as it is there."""
        self._loading = folder
        self.about.setText("Loading…")

        def done(loaded: Loaded) -> None:
            if self._loading == folder:  # or another one was chosen in the meantime
                self._loading = None
                self._use(loaded)

        def failed(error: BaseException) -> None:
            self._loading = None
            self.about.setText("It could not be loaded.")
            self.studio.fail(f"{folder.name} cannot be used: {error}")

        self.studio.background(lambda: load_policies(folder), done, failed)

    def _use(self, loaded: Loaded) -> None:
        self._loaded = loaded
        if self._mode not in loaded.policies:
            self._mode = next(iter(loaded.policies))
        self._show_modes()
        self._show_noises(bool(loaded.images))
        self.policy_images.use(loaded)
        self.disturbances.fit(TASKS[loaded.task], images=bool(loaded.images))
        self._disturb()
        self.arm.simulation.post(DEPLOY, SelectTask(loaded.task))
        self._post_policy()
        if self._running:
            self._run(True)
        text = f"{task_title(loaded.task)}, from {loaded.demonstrations} demonstrations"
        if abs(loaded.control_rate - CONTROL_RATE) > 1e-6:
            text += f". Trained at {loaded.control_rate:g} Hz: it will move at the wrong speed"
        self.about.setText(text)
        self._offer()

    @Slot()
    def _post_policy(self) -> None:
        if (loaded := self._loaded) is not None:
            policy, observing = loaded.policies[self._mode], self.observer.isChecked()
            scales, images = loaded.noise_scales, loaded.images
            use = UsePolicy(policy, self._mode, scales, observing, images)
            self.arm.simulation.post(DEPLOY, use)

    # -- what a person does --------------------------------------------------------------------

    @Slot(str)
    def act(self, action: str) -> None:
        """Do what a button or key of that action means here; see `ACTIONS`."""
        if self.shown and action == "record":
            self.toggle()
        elif self.shown and action == "new_start":
            self._new_start()

    @Slot()
    def toggle(self) -> None:
        """Let the policy drive, or stop it."""
        if self._loaded is not None:
            self._run(not self._running)

    @Slot(int)
    def _mode_chosen(self, number: int) -> None:
        self._mode = MODES.names[number]
        self._show_modes()
        self.studio.settings.setValue("deploy/mode", self._mode)
        self._post_policy()

    def _show_modes(self) -> None:
        """Mark the mode that is chosen, and say why others are not offered."""
        lacking = self._loaded.lacking if self._loaded is not None else {}
        for choice, mode in zip(self.modes.buttons(), MODES.values(), strict=True):
            choice.setChecked(mode.name == self._mode)
            choice.setEnabled(mode.name not in lacking)
            choice.setToolTip(lacking.get(mode.name, f"{mode.title}. {mode.sentence}"))
        mode = MODES[self._mode]
        notes = [f"{MODES[name].title} is not offered. {why}" for name, why in lacking.items()]
        self.mode_text.setText("\n".join((f"{mode.title}. {mode.sentence}", *notes)))

    def _show_noises(self, images: bool) -> None:
        """Show one noise, or two where the policy senses images."""
        for part in (*self.noise_titles, self.image_noise):
            part.setVisible(images)

    def _run(self, running: bool) -> None:
        self._running = running
        self.arm.simulation.post(
            DEPLOY,
            RunTrials(running, round(self.limit.value() * CONTROL_RATE), self.keep.isChecked()),
        )
        self._offer()

    @Slot()
    def _new_start(self) -> None:
        self.arm.simulation.post(DEPLOY, NewStart())

    @Slot()
    def _settings_changed(self) -> None:
        self.studio.settings.setValue("deploy/limit", self.limit.value())
        if self._running:
            self._run(True)

    @Slot()
    def _disturb(self) -> None:
        sees = self._loaded is not None and bool(self._loaded.images)
        self.arm.simulation.condition = Condition(
            noise=self.studio.noise,
            pixel_noise=self.studio.image_noise if sees else 0.0,
            **self.disturbances.strengths,
        )

    # -- what happens -------------------------------------------------------------------------

    @Slot(object)
    def _ticked(self, tick: Tick) -> None:
        if tick.activity == DEPLOY and self.shown:
            self.commands.add(tick.command, "" if tick.held else tick.driver)
            self._show_tick(tick)
            self.policy_images.take(tick)

    @Slot(object)
    def _trial_over(self, result: TrialResult) -> None:
        self.tally.add(result)
        if not result.counted:
            why = "you took over" if result.intervened else "mode or disturbances changed"
            self.studio.toast(f"Trial not counted: {why}")

    @Slot()
    def _policy_failed(self) -> None:
        self._running = False
        self._offer()

    def _show_tick(self, tick: Tick | None) -> None:
        state = tick.state if tick is not None else "idle"
        text, tone = "Ready", ""
        if tick is not None and state == "running":
            seconds = tick.step / CONTROL_RATE
            person = tick.driver in ("gamepad", "keyboard")
            who = "You drive" if person else f"{short_title(tick.driver)} drives"
            text, tone = f"{who}  {seconds:04.1f} s", "warning" if person else "accent"
        elif tick is not None and state == "over":
            text = "✓ Solved" if tick.succeeded else "✗ Not solved"
            tone = "good" if tick.succeeded else "danger"
        self.state.setText(text)
        set_look(self.state, "tone", tone)
        said = tick.text if tick is not None and state == "running" else ""
        self.explanation.setText(said or REST)
        latency = tick.latency if tick is not None else None
        self.latency.setText(
            f"latency {1000 * latency:.1f} ms" if latency is not None else "latency –"
        )
        if self.shown:
            self.studio.status.emit("recording", text if state != "idle" else "", tone)

    def _offer(self) -> None:
        ready = self._loaded is not None
        self.observer.setEnabled(self._loaded is not None and self._loaded.observer)
        self.go.setEnabled(ready)
        self.renew.setEnabled(ready)
        self.go.setText("Stop   (Enter / A)" if self._running else "Let it drive   (Enter / A)")
        set_look(self.go, "kind", "" if self._running else "primary")
