"""The panel of the Episodes page: filter, list, what is chosen, selections, quality."""

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QInputDialog, QMenu, QStackedWidget, QWidget

from app.arm.replaying import in_scene
from app.arm.session import short
from app.pages.episodes.filter import EpisodeFilter
from app.pages.episodes.list import EpisodeList
from app.pages.episodes.quality_view import QualityView
from app.pages.episodes.rows import LABELS, Row
from app.pages.episodes.selection_bar import SelectionBar
from app.pages.episodes.thumbnails import Thumbnails
from app.widgets.controls import Card, Empty, Section, button, column, label, row
from app.widgets.elided import ElidedLabel
from app.widgets.formats import joined, task_title
from core.simulation import model_hash


class EpisodesPanel(QWidget):
    """Owns the widgets; the page owns what they do."""

    relabel_wanted = Signal(bool)
    """Mark what is chosen as successes, or as failures."""
    tag_wanted = Signal(str, bool)
    """Give what is chosen a tag, or take it away."""
    delete_wanted = Signal()
    """Move what is chosen to the trash."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.known_tags: tuple[str, ...] = ()
        """Tags that the menu offers above a new one."""
        self.filter = EpisodeFilter()
        self.count = label("", "caption")
        self.everything = button("Show all", self.filter.clear, kind="small")
        self.table = EpisodeList(thumbnails)
        self.empty = Empty("ph.film-strip", "No episodes here", "", "Record one")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.selections = SelectionBar()
        self.quality = QualityView()
        self.numbers = label("", "caption", wrap=True)
        self.quality_section = Section(
            "Actions and coverage of these episodes", self.numbers, self.quality
        )
        column(
            self.filter,
            row((self.count, 1), self.everything),
            (self.stack, 1),
            self.selections,
            self._details(),
            self.quality_section,
            margins=(16, 16, 16, 16),
            inside=self,
        )
        self.table.delete_wanted.connect(self.delete_wanted)
        self.everything.hide()

    def show_count(self, rows: Sequence[Row], total: int) -> None:
        """Say how much is shown, and where nothing is, what to do."""
        good = sum(r.entry.known.success is True for r in rows)
        minutes = sum(r.entry.known.duration for r in rows) / 60.0
        of = f" of {total:,}" if len(rows) != total else ""
        self.count.setText(f"{len(rows):,}{of} episodes · {good:,} ✓ · {minutes:.1f} min")
        self.everything.setVisible(self.filter.narrows)
        if total and not rows:
            self.empty.say("No episode matches", "Show all, or change the search.", "Show all")
        elif not rows:
            self.empty.say(
                "No episodes here",
                "Record some on the Record page; they are listed here.",
                "Record one",
            )
        self.stack.setCurrentWidget(self.table if rows else self.empty)

    def show_history(self, undo: str, redo: str) -> None:
        """Say what can be taken back and done again."""
        for made, text, verb in ((self.undo, undo, "Undo"), (self.redo, redo, "Redo")):
            made.setEnabled(bool(text))
            made.setToolTip(f"{verb}: {text}" if text else f"Nothing to {verb.lower()}")

    def show_chosen(self, chosen: Sequence[Row]) -> None:
        """Describe what is chosen, and offer what can be done with it."""
        own = [r for r in chosen if not r.sample]
        readable = any(r.readable for r in own)
        for made in (self.good, self.bad, self.tags):
            made.setEnabled(readable)
        self.discard.setEnabled(bool(own))
        self.selections.save.setEnabled(any(r.readable for r in chosen))
        self.name.setText(_name(chosen))
        self.facts.setText(_facts(chosen))

    # inside

    def _details(self) -> Card:
        self.name = ElidedLabel("", "heading")
        self.facts = label("", "muted", wrap=True)
        self.good = button("Success", lambda: self.relabel_wanted.emit(True))
        self.bad = button("Failure", lambda: self.relabel_wanted.emit(False))
        self.tags = button("Tag…", self._open_tags)
        self.discard = button("Delete", self.delete_wanted.emit, kind="danger")
        self.undo = button("Undo", kind="small", shortcut="Ctrl+Z")
        self.redo = button("Redo", kind="small", shortcut="Ctrl+Shift+Z")
        buttons = row(*((made, 1) for made in (self.good, self.bad, self.tags, self.discard)))
        return Card("", row((self.name, 1), self.undo, self.redo), self.facts, buttons)

    @Slot()
    def _open_tags(self) -> None:
        chosen = [r for r in self.table.selected if not r.sample and r.entry.info is not None]
        menu = QMenu(self)
        for tag in self.known_tags:
            action = menu.addAction(f"#{tag}")
            action.setCheckable(True)
            everywhere = all(tag in r.entry.known.tags for r in chosen)
            action.setChecked(everywhere)
            action.setData((tag, not everywhere))
        if self.known_tags:
            menu.addSeparator()
        new = menu.addAction("New tag…")
        taken = menu.exec(self.tags.mapToGlobal(self.tags.rect().bottomLeft()))
        menu.deleteLater()
        if taken is new:
            text, agreed = QInputDialog.getText(self, "New tag", "Tag (up to 40 letters)")
            if agreed and text.strip():
                self.tag_wanted.emit(text.strip(), True)
        elif taken is not None:
            self.tag_wanted.emit(*taken.data())


def _name(chosen: Sequence[Row]) -> str:
    if not chosen:
        return "No episode chosen"
    if len(chosen) > 1:
        return f"{len(chosen):,} episodes chosen"
    entry = chosen[0].entry
    if entry.info is None:
        return short(entry.path.name)
    word = {True: "success", False: "failure", None: "not labelled"}[entry.known.success]
    return f"{task_title(entry.known.task)}, {word}"


def _facts(chosen: Sequence[Row]) -> str:
    if not chosen:
        return "Choose one in the list to replay it. Hold Ctrl or Shift to choose several."
    if len(chosen) > 1:
        seconds = sum(r.entry.known.duration for r in chosen)
        samples = sum(r.sample for r in chosen)
        good = sum(LABELS["success"](r) for r in chosen)
        read_only = f"{samples:,} samples, read only" if samples else ""
        return joined(f"{seconds / 60:.1f} min", f"{good:,} successes", read_only)
    return _facts_of_one(chosen[0])


def _facts_of_one(chosen: Row) -> str:
    entry, info = chosen.entry, chosen.entry.info
    if info is None:
        return entry.problem or ""
    measured = f" (measured {info.measured_rate:.2f})" if info.measured_rate else ""
    cameras = f", cameras: {', '.join(info.images)}" if info.images else ""
    moved = math.isfinite(entry.path_length)
    outdated = in_scene(info) and info.model_hash != model_hash(info.task)
    measures = joined(
        f"path {entry.path_length:.2f} m" if moved else "",
        f"idle {100 * entry.idle:.0f} %",
        f"roughness {entry.roughness:.2f}",
        f"jerk {entry.jerk:.0f} m/s³" if moved else "",
        by=", ",
    )
    return joined(
        f"{info.steps} steps at {info.control_rate:g} Hz{measured}",
        "" if info.simulated else f"of another robot{cameras}",
        measures,
        f"unusual: {chosen.outlying}" if chosen.outlying else "",
        "" if info.seed is None else f"start {info.seed}",
        ", ".join(f"#{tag}" for tag in info.tags),
        "recorded with another version of the model" if outdated else "",
        "sample, read only" if chosen.sample else "",
    )
