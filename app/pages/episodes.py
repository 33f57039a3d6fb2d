"""Episodes: see again what was recorded, relabel it, throw it away, get it back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from app.arm import Arm
from app.page import Page
from app.studio import Studio
from app.theme import Theme
from app.widgets.controls import Card, button, label, row
from app.widgets.empty import Empty
from app.widgets.episode_table import EpisodeTable, Row
from app.widgets.timeline import Timeline
from app.workers.messages import REPLAY, LoadReplay, Play, Seek, Tick
from core.recording import Episode, EpisodeEntry, read_episode
from core.recording.quality import Quality, measure_quality
from core.simulation import get_task, model_hash, task_names


class EpisodesPage(Page):
    """The list on the right, the replay in the scene, the timeline below."""

    title = "Episodes"
    icon = "ph.film-strip"
    shows_scene = True

    def __init__(self, studio: Studio, arm: Arm) -> None:
        super().__init__()
        self.studio = studio
        self.arm = arm
        self._own: list[EpisodeEntry] = []
        self._samples: list[EpisodeEntry] = []
        self._loading: Path | None = None
        self._wanted: Path | None = None
        self._shown = False
        self._stale = True
        self.timeline = Timeline(studio.theme)
        self.strip = self.timeline
        self.panel = QWidget()
        inside = QVBoxLayout(self.panel)
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(8)
        inside.addLayout(self._filters())
        self.table = EpisodeTable(studio.theme)
        self.empty = Empty(studio.theme, "ph.film-strip", "No episodes here", "", "Record one")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        inside.addWidget(self.stack, 1)
        inside.addWidget(self._details_card())
        self._connect()
        self._show_details(None, None)

    # -- what the window calls ----------------------------------------------------------------

    def activated(self) -> None:
        self._shown = True
        self.arm.use(REPLAY, hands=False)
        self.studio.status.emit("recording", "", "")
        if self._stale:
            self.refresh()

    def deactivated(self) -> None:
        self._shown = False
        self.arm.simulation.post(REPLAY, Play(False))

    # -- parts --------------------------------------------------------------------------------

    def _filters(self) -> QVBoxLayout:
        self.place = QComboBox()
        self.place.addItem("Everywhere", "all")
        self.place.addItem("Workspace", "own")
        self.place.addItem("Samples", "samples")
        self.task = QComboBox()
        self.task.addItem("All tasks", "")
        for name in task_names():
            self.task.addItem(get_task(name).title, name)
        for box in (self.place, self.task):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)
        self.count = label("", "caption")
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(row(self.place, self.task))
        column.addWidget(self.count)
        return column

    def _details_card(self) -> Card:
        card = Card()
        self.name = label("", "heading")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = label("", "muted", wrap=True)
        self.good = button("Success", lambda: self._relabel(True))
        self.bad = button("Failure", lambda: self._relabel(False))
        self.discard = button("Discard", self._discard, kind="danger")
        self.undo = button("Undo", self.arm.session.undo, kind="quiet")
        self.undo.setToolTip("Take back the last change of the list (Ctrl+Z)")
        self.undo.setShortcut("Ctrl+Z")
        card.body.addWidget(self.name)
        card.body.addWidget(self.facts)
        card.body.addLayout(row(self.good, self.bad, self.discard, 1, self.undo))
        return card

    def _connect(self) -> None:
        studio, arm = self.studio, self.arm
        self.place.activated.connect(self._show_rows)
        self.task.activated.connect(self._show_rows)
        self.table.chosen.connect(self._chosen)
        self.empty.pressed.connect(self._go_recording)
        self.timeline.play_wanted.connect(self._play)
        self.timeline.scrubbed.connect(self._seek)
        arm.ticked.connect(self._ticked)
        arm.replay_wanted.connect(self.show_episode)
        studio.episodes_changed.connect(self._changed)
        studio.theme_changed.connect(self._set_theme)

    # -- the list -----------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read the lists again, in the background."""
        self._stale = False
        samples = self.studio.samples

        def work() -> tuple[list[EpisodeEntry], list[EpisodeEntry]]:
            return self.arm.session.entries(), samples.entries()

        def done(found: tuple[list[EpisodeEntry], list[EpisodeEntry]]) -> None:
            own, self._samples = found
            self._own = own[::-1]
            self._show_rows()
            if self._wanted is not None:
                self.show_episode(self._wanted)

        self.studio.background(work, done)

    @Slot()
    def _changed(self) -> None:
        self._stale = True
        if self._shown:
            self.refresh()

    @Slot()
    def _show_rows(self) -> None:
        place, task = self.place.currentData(), self.task.currentData()
        rows = []
        if place in ("all", "own"):
            rows += [Row(entry, False) for entry in self._own]
        if place in ("all", "samples"):
            rows += [Row(entry, True) for entry in self._samples]
        if task:
            rows = [r for r in rows if r.entry.info is not None and r.entry.info.task == task]
        self.table.show_rows(rows)
        self._show_details(self.table.current, self._quality)
        infos = [r.entry.info for r in rows if r.entry.info is not None]
        good = sum(info.success is True for info in infos)
        minutes = sum(info.duration for info in infos) / 60.0
        self.count.setText(f"{len(rows)} episodes, {good} successes, {minutes:.1f} min")
        if place == "samples":
            self.empty.say("No sample of this task", "Choose another task.")
        else:
            self.empty.say(
                "No episodes here", "Record some, or look at the samples of another task."
            )
        self.stack.setCurrentWidget(self.table if rows else self.empty)

    @Slot(object)
    def show_episode(self, path: Path) -> None:
        """Choose and play the episode of that file, also if it comes into the list later."""
        self._wanted = path
        if self._stale or self.table.choose(path.stem):
            self._wanted = None if not self._stale else path

    # -- the chosen episode -------------------------------------------------------------------

    @Slot(object)
    def _chosen(self, chosen: Row | None) -> None:
        if chosen is None or chosen.entry.info is None:
            self._loading = None
            self.arm.simulation.post(REPLAY, LoadReplay(None))
            self.timeline.show_episode(None)
            self._show_details(chosen, None)
            return
        path = chosen.entry.path
        if path == self._loading:
            self._show_details(chosen, self._quality)
            return
        self._loading = path

        def work() -> tuple[Episode, Quality]:
            episode = read_episode(path)
            return episode, measure_quality(episode)

        def done(result: tuple[Episode, Quality]) -> None:
            if path != self._loading:
                return  # another one was chosen meanwhile
            episode, self._quality = result
            self.timeline.show_episode(episode)
            self.arm.simulation.post(REPLAY, LoadReplay(episode))
            self._show_details(self.table.current, self._quality)

        self.studio.background(work, done)

    _quality: Quality | None = None

    def _show_details(self, chosen: Row | None, quality: Quality | None) -> None:
        changeable = chosen is not None and not chosen.sample and chosen.entry.info is not None
        self.good.setEnabled(changeable)
        self.bad.setEnabled(changeable)
        self.discard.setEnabled(chosen is not None and not chosen.sample)
        self.undo.setEnabled(self.studio.workspace.library.can_undo)
        if chosen is None:
            self.name.setText("No episode chosen")
            self.facts.setText("Choose one in the list to see it again.")
            return
        info = chosen.entry.info
        if info is None:
            self.name.setText(chosen.entry.path.name)
            self.facts.setText(chosen.entry.problem or "")
            return
        word = {True: "success", False: "failure", None: "not labelled"}[info.success]
        self.name.setText(f"{get_title(info.task)}, {word}")
        measured = f" (measured {info.measured_rate:.2f})" if info.measured_rate else ""
        facts = [f"{info.steps} steps at {info.control_rate:g} Hz{measured}"]
        if quality is not None:
            facts.append(
                f"path {quality.path:.2f} m, idle {100 * quality.idle:.0f} %, "
                f"roughness {quality.roughness:.2f}"
            )
        if info.seed is not None:
            facts.append(f"start {info.seed}")
        if info.task in task_names() and info.model_hash != model_hash(info.task):
            facts.append("recorded with another version of the model")
        if chosen.sample:
            facts.append("sample, read only")
        self.facts.setText(" · ".join(facts))

    def _relabel(self, success: bool) -> None:
        chosen = self.table.current
        if chosen is not None:
            self.arm.session.relabel(chosen.entry.identifier, success)

    def _discard(self) -> None:
        chosen = self.table.current
        if chosen is not None:
            self.arm.session.discard(chosen.entry.identifier)

    # -- replay -------------------------------------------------------------------------------

    @Slot(bool)
    def _play(self, playing: bool) -> None:
        self.arm.simulation.post(REPLAY, Play(playing))

    @Slot(int)
    def _seek(self, step: int) -> None:
        self.arm.simulation.post(REPLAY, Play(False))
        self.arm.simulation.post(REPLAY, Seek(step))

    @Slot(object)
    def _ticked(self, tick: Tick) -> None:
        if tick.use == REPLAY and self._shown:
            self.timeline.show_state(tick.step, tick.state == "playing")

    @Slot()
    def _go_recording(self) -> None:
        self.studio.go_to("Record")

    @Slot(object)
    def _set_theme(self, theme: Theme) -> None:
        self.timeline.set_theme(theme)
        self.table.set_theme(theme)
        self.empty.set_theme(theme)


def get_title(task: str) -> str:
    """A task's name for people; of a task of another program, its identifier."""
    return get_task(task).title if task in task_names() else task
