"""Episodes: see again what was recorded, edit it, judge it, choose what to train on."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Slot

from app.arm.arm import Arm
from app.arm.messages import REPLAY, LoadReplay, Play, Seek, Tick
from app.arm.replaying import in_scene
from app.jobs.background import Listing
from app.pages.episodes.cameras_beside import CamerasBeside
from app.pages.episodes.footage_view import EpisodeFootage
from app.pages.episodes.panel import EpisodesPanel
from app.pages.episodes.quality_view import Survey, survey
from app.pages.episodes.rows import Found, Row, found_of, ordered, rows_of
from app.pages.episodes.selection_bar import SaveSelection, parted
from app.pages.episodes.thumbnails import Thumbnails
from app.pages.episodes.timeline import Timeline
from app.studio import Studio
from app.window.page import Page
from core.data import Episode, Selections, read_episode


class EpisodesPage(Page):
    """The list on the right, the replay in the scene or as images, the timeline below."""

    shows_scene = True

    def __init__(self, studio: Studio, arm: Arm) -> None:
        super().__init__(studio)
        self.arm = arm
        self._rows: tuple[Row, ...] = ()
        self._lengths: dict[Path, int] = {}
        self._loading: tuple[Path, int] | None = None
        self._wanted: Path | None = None
        self._stale = True
        reading = studio.background_work
        self._listing = Listing(reading, self._reader, self._show_found, self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.set_folder(studio.workspace.root)
        self.strip = self.timeline = Timeline()
        self.footage = EpisodeFootage(self)
        self.center = self.footage.view
        self.cameras = CamerasBeside(self)
        self.timeline.cameras.setChecked(
            bool(studio.settings.value("episodes/cameras", True, bool))
        )
        self.panel = self.controls = EpisodesPanel(self.thumbnails)
        self.table = self.controls.table
        self._connect()
        self._choice_changed()
        self.controls.show_history("", "")

    # -- what the window calls ----------------------------------------------------------------

    def activated(self) -> None:
        self.arm.start_activity(REPLAY, driven=False)
        self.studio.status.emit("recording", "", "")
        self._show_cameras()
        if self._stale:
            self.refresh()

    def deactivated(self) -> None:
        self._play(False)
        self.arm.scene.show_beside(None)

    def close_down(self) -> None:
        self.thumbnails.close_down()
        self.footage.close_down()
        self.cameras.close_down()

    def _connect(self) -> None:
        studio, arm, controls = self.studio, self.arm, self.controls
        controls.filter.changed.connect(self._show_rows)
        controls.table.chosen.connect(self._chosen)
        controls.table.selection_changed.connect(self._choice_changed)
        controls.empty.pressed.connect(self._leave_empty)
        controls.relabel_wanted.connect(self._relabel)
        controls.tag_wanted.connect(self._tag)
        controls.delete_wanted.connect(self._delete)
        controls.undo.clicked.connect(arm.session.undo)
        controls.redo.clicked.connect(arm.session.redo)
        controls.selections.show_wanted.connect(self._show_selection)
        controls.selections.save_wanted.connect(self._ask_for_name)
        controls.selections.delete_wanted.connect(self._forget_selection)
        controls.quality_section.button.toggled.connect(self._look)
        self.timeline.play_wanted.connect(self._play)
        self.timeline.scrubbed.connect(self._seek)
        self.timeline.trim_wanted.connect(self._trim)
        self.timeline.split_wanted.connect(self._split)
        self.timeline.cameras.toggled.connect(self._cameras_wanted)
        self.footage.moved.connect(self.timeline.show_state)
        arm.ticked.connect(self._ticked)
        arm.replay_wanted.connect(self.show_episode)
        studio.episodes_changed.connect(self._changed)
        studio.workspace_changed.connect(self.thumbnails.set_folder)

    # -- the list -----------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read the lists again, in the background."""
        self._stale = False
        self._listing.reload()

    def _reader(self) -> Callable[[], Found]:
        session, samples = self.arm.session, self.studio.samples
        selections = Selections(self.studio.workspace)

        def work() -> Found:
            listed = session.listed()
            samples.index.refresh()
            return found_of(
                rows_of(listed.rows, samples.index.rows),
                listed.undo,
                listed.redo,
                tuple(selections.names()),
            )

        return work

    def _show_found(self, found: Found) -> None:
        self._rows = found.rows
        for path, _ in self._lengths.items() - found.lengths.items():
            self.thumbnails.forget(path)  # trimmed, or another file by now
        self._lengths = found.lengths
        controls = self.controls
        controls.filter.offer(found.tasks, found.operators, found.tags)
        controls.known_tags = found.tags
        controls.show_history(found.undo, found.redo)
        controls.selections.show_names(found.selections)
        self._show_rows()

    @Slot()
    def _changed(self) -> None:
        self._stale = True
        if self.shown:
            self.refresh()

    @Slot()
    def _show_rows(self) -> None:
        """Filter and order in the background: thousands of rows take longer than a blink."""
        wanted, order, rows = self.controls.filter.value, self.order, self._rows

        def done(found: list[Row]) -> None:
            self.table.show_rows(found)
            self.controls.show_count(found, len(rows))
            self._look()
            self._choose_wanted()

        self.studio.background_work.run_newest(
            "episodes/rows", lambda: ordered(wanted.chosen(rows), order), done
        )

    @property
    def order(self) -> str:
        """The chosen order of the list."""
        return str(self.controls.filter.order.currentData())

    @Slot(object)
    def show_episode(self, path: Path) -> None:
        """Choose and play the episode of that file, also if it comes into the list later."""
        self._wanted = path
        if not self._stale and not self._listing.reading and self._rows:
            self._choose_wanted()

    def _choose_wanted(self) -> None:
        """Choose the episode that is asked for; where a filter hides it, show everything first."""
        wanted = self._wanted
        if wanted is None or self.table.choose(wanted.stem):
            self._wanted = None
        elif self.controls.filter.narrows:
            self.controls.filter.clear()
        elif not self._stale and not self._listing.reading:
            self._wanted = None  # it is gone

    @Slot()
    def _look(self) -> None:
        """Survey what is shown, off the GUI thread, while its section is open."""
        if not self.controls.quality_section.button.isChecked():
            return
        rows = [row.entry for row in self.table.rows]

        def done(found: Survey) -> None:
            self.controls.quality.show_survey(found)
            self.controls.numbers.setText(found.text)

        self.studio.background_work.run_newest("episodes/survey", lambda: survey(rows), done)

    # -- the chosen episodes ------------------------------------------------------------------

    @Slot()
    def _choice_changed(self) -> None:
        self.controls.show_chosen(self.table.selected)
        current = self.table.current
        self.controls.quality.mark(current.entry if current is not None else None)

    @Slot(object)
    def _chosen(self, chosen: Row | None) -> None:
        if chosen is None or chosen.entry.info is None:
            self._loading = None
            self._show_episode(None)
            return
        self.timeline.set_editable(not chosen.sample)
        key = (chosen.entry.path, chosen.entry.known.steps)
        if key == self._loading:
            return  # only its description is another
        self._loading = key

        def done(episode: Episode) -> None:
            if key == self._loading:  # or another one was chosen meanwhile
                self._show_episode(episode, key[0])

        self.studio.background(lambda: read_episode(key[0], images=False), done)

    def _show_episode(self, episode: Episode | None, path: Path = Path()) -> None:
        """Play an episode: in the scene, or where that cannot be as its cameras saw it."""
        self.timeline.show_episode(episode)
        scene = episode is None or in_scene(episode.info)
        self.cameras.show_episode(episode if scene else None, path)
        self.timeline.cameras.setEnabled(scene)
        self.arm.simulation.post(REPLAY, LoadReplay(episode if scene else None))
        if episode is None or scene:
            self.footage.clear()
        else:
            self.footage.show_episode(path, episode)
            self.footage.playback.play(self.shown)
        if scene != self.shows_scene:
            self.shows_scene = scene
            self.middle_changed.emit()

    def _own(self, *, readable: bool = True) -> list[str]:
        """Identifiers of the chosen episodes that may be changed."""
        rows = [row for row in self.table.selected if not row.sample]
        return [row.entry.identifier for row in rows if row.readable or not readable]

    @Slot(bool)
    def _relabel(self, success: bool) -> None:
        if chosen := self._own():
            self.arm.session.relabel(chosen, success)

    @Slot(str, bool)
    def _tag(self, tag: str, add: bool) -> None:
        if chosen := self._own():
            self.arm.session.tag(chosen, [tag] if add else [], [] if add else [tag])

    @Slot()
    def _delete(self) -> None:
        if chosen := self._own(readable=False):
            self.arm.session.discard(chosen)

    @Slot(int, int)
    def _trim(self, start: int, stop: int) -> None:
        if (current := self.table.current) is not None and not current.sample:
            self.arm.session.trim(current.entry.identifier, start, stop)

    @Slot(int)
    def _split(self, step: int) -> None:
        if (current := self.table.current) is not None and not current.sample:
            self.arm.session.split(current.entry.identifier, step)

    # -- selections ---------------------------------------------------------------------------

    @Slot()
    def _ask_for_name(self) -> None:
        identifiers = [r.entry.identifier for r in self.table.selected if r.entry.info is not None]
        box = self.controls.selections.box
        names = [str(box.itemData(n)) for n in range(1, box.count())]
        dialog = SaveSelection(len(identifiers), names, self.controls)
        dialog.accepted.connect(
            lambda: self.save_selection(dialog.name.text(), identifiers, dialog.share.value())
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_selection(self, name: str, identifiers: Sequence[str], share: int) -> None:
        """Keep episodes by a name, `share` per cent of them for validation."""
        selections = Selections(self.studio.workspace)
        train, held = parted(identifiers, share)

        def done(_: object) -> None:
            self.studio.toast(
                f"Selection “{name.strip()}” saved: {len(train)} to train on, "
                f"{len(held)} for validation",
                "Train",
                lambda: self.studio.go_to("Train"),
            )
            self._changed()

        self.studio.background(lambda: selections.save(name, train, held), done)

    @Slot(str)
    def _show_selection(self, name: str) -> None:
        selections = Selections(self.studio.workspace)

        def done(names: tuple[str, ...]) -> None:
            if self.controls.filter.narrows:
                self.controls.filter.clear()
                rows = ordered(self.controls.filter.value.chosen(self._rows), self.order)
                self.table.show_rows(rows)
            shown = self.table.choose_many(names)
            if shown < len(names):
                self.studio.toast(f"{len(names) - shown} episodes of “{name}” are gone")

        def work() -> tuple[str, ...]:
            found = selections.load(name)
            return (*found.identifiers, *found.validation)

        self.studio.background(work, done)

    @Slot(str)
    def _forget_selection(self, name: str) -> None:
        selections = Selections(self.studio.workspace)

        def work() -> tuple[tuple[str, ...], tuple[str, ...]]:
            kept = selections.load(name)
            selections.delete(name)
            return kept.identifiers, kept.validation

        def done(kept: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
            def bring_back() -> None:
                self.studio.background(
                    lambda: selections.save(name, *kept), lambda _: self._changed()
                )

            self.studio.toast(f"Selection “{name}” deleted", "Undo", bring_back)
            self._changed()

        self.studio.background(work, done)

    # -- replay -------------------------------------------------------------------------------

    @Slot(bool)
    def _play(self, playing: bool) -> None:
        self.footage.playback.play(playing)
        self.arm.simulation.post(REPLAY, Play(playing))

    @Slot(int)
    def _seek(self, step: int) -> None:
        if self.footage.active:
            self.footage.playback.seek(step)
            return
        self.arm.simulation.post(REPLAY, Play(False))
        self.arm.simulation.post(REPLAY, Seek(step))

    @Slot(object)
    def _ticked(self, tick: Tick) -> None:
        if tick.activity == REPLAY and self.shown and not self.footage.active:
            self.timeline.show_state(tick.step, tick.state == "playing")
            self.cameras.show_step(tick.step)

    @Slot(bool)
    def _cameras_wanted(self, wanted: bool) -> None:
        self.studio.settings.setValue("episodes/cameras", wanted)
        self._show_cameras()

    def _show_cameras(self) -> None:
        wanted = self.timeline.cameras.isChecked()
        self.arm.scene.show_beside(self.cameras.view if wanted else None)

    @Slot()
    def _leave_empty(self) -> None:
        if self._rows:
            self.controls.filter.clear()
        else:
            self.studio.go_to("Record")
