"""Chooses the demonstrations to train on: a task, where from, and if wanted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.theme.plots import format_seconds
from app.theme.theme import Theme
from app.widgets.controls import chooser
from app.widgets.section import Section
from core.data import EpisodeEntry, EpisodeInfo, Selection

WORKSPACE, SAMPLES = "workspace", "samples"


@dataclass(frozen=True)
class Candidate:
    """A recording that could be trained on."""

    source: str
    """`WORKSPACE` or `SAMPLES`."""
    entry: EpisodeEntry
    """Its file and description, or what is wrong with it."""


class EpisodePicker(QWidget):
    """Shows what there is, by task, and tells which files are chosen.

    Demonstrations that failed are left out unless asked for. An episode that lies in the
    workspace and in the samples counts once. Files that cannot be read are counted, and named in
    the tooltip of that line.
    """

    changed = Signal()
    """Another choice was made, or there is something else to choose from."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._candidates: tuple[Candidate, ...] = ()
        self._left_out: set[Path] = set()
        self._chosen_names: set[str] = set()
        self._filling = False
        self._followed = ""
        self.task_box = chooser()
        self.task_box.setAccessibleName("Task")
        self.task_box.activated.connect(self._task_chosen)
        self._selections: dict[str, Selection] = {}
        self.selection_box = chooser()
        self.selection_box.setAccessibleName("Selection")
        self.selection_box.setToolTip("Selections are saved on the Episodes page")
        self.selection_box.activated.connect(self._sources_chosen)
        self.source_boxes = {
            WORKSPACE: QCheckBox("My recordings"),
            SAMPLES: QCheckBox("Samples that ship"),
        }
        self.source_boxes[WORKSPACE].setChecked(True)
        self.success_box = QCheckBox("Successful ones only")
        self.success_box.setChecked(True)
        self.success_box.setToolTip("Failed attempts teach cloning to fail; leave them out.")
        for box in (*self.source_boxes.values(), self.success_box):
            box.clicked.connect(self._sources_chosen)
        self.summary = QLabel()
        self.summary.setProperty("role", "value")
        self.summary.setWordWrap(True)
        self.broken = QLabel()
        self.broken.setProperty("role", "warning")
        self.broken.setWordWrap(True)
        self.list_section = Section("Choose one by one", theme)
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["episode", "steps", "result"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.list.setMinimumHeight(240)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemChanged.connect(self._item_changed)
        self.list_section.column.addWidget(self.list)
        self.list_section.button.toggled.connect(self._list_toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.task_box)
        column.addWidget(self.selection_box)
        self.selection_box.hide()
        for box in (*self.source_boxes.values(), self.success_box):
            column.addWidget(box)
        column.addWidget(self.summary)
        column.addWidget(self.broken)
        column.addWidget(self.list_section)
        self.show_candidates(())

    @property
    def task(self) -> str:
        """The chosen task; empty if there are no recordings."""
        return str(self.task_box.currentData() or "")

    def selected(self) -> tuple[Path, ...]:
        """Files of the chosen demonstrations, in the order of their names."""
        return tuple(
            candidate.entry.path
            for candidate in self._offered()
            if candidate.entry.path not in self._left_out
        )

    def selected_infos(self) -> list[EpisodeInfo]:
        """Descriptions of the chosen demonstrations."""
        chosen = set(self.selected())
        return [
            candidate.entry.info
            for candidate in self._candidates
            if candidate.entry.info is not None and candidate.entry.path in chosen
        ]

    def files_of(self, identifiers: Sequence[str]) -> tuple[list[Path], list[str]]:
        """Files of the episodes of these names, and the names of which there is no file."""
        paths = {c.entry.identifier: c.entry.path for c in reversed(self._candidates)}
        found = [paths[name] for name in identifiers if name in paths]
        return found, [name for name in identifiers if name not in paths]

    def held_out(self) -> tuple[Path, ...]:
        """Files of the chosen task that the selection keeps for validation."""
        selection = self._selection
        if selection is None:
            return ()
        of_task = {
            c.entry.identifier: c.entry.path
            for c in reversed(self._candidates)
            if c.entry.info is not None and c.entry.info.task == self.task
        }
        return tuple(of_task[name] for name in selection.validation if name in of_task)

    def show_candidates(
        self, candidates: Sequence[Candidate], selections: Sequence[Selection] = ()
    ) -> None:
        """Offer these recordings; the task and the choice stay as far as they can."""
        self._offer_selections(selections)
        self._candidates = tuple(sorted(candidates, key=lambda c: c.source == SAMPLES))
        self._choose_where_there_is_something()
        self._fill_tasks(self.task)
        self._fill()

    def set_task(self, task: str) -> None:
        """Choose a task; one without recordings is ignored."""
        index = self.task_box.findData(task)
        if index >= 0:
            self.task_box.setCurrentIndex(index)
            self._fill()

    def follow(self, task: str) -> None:
        """Choose the task that is driven elsewhere, once there are recordings of it.

        What is chosen here after that stays until another is driven.
        """
        if task != self._followed:
            self.set_task(task)
            if self.task == task:
                self._followed = task

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self.list_section.set_theme(theme)

    # inside

    @property
    def _selection(self) -> Selection | None:
        return self._selections.get(str(self.selection_box.currentData() or ""))

    def _offer_selections(self, selections: Sequence[Selection]) -> None:
        before = self.selection_box.currentData()
        self._selections = {selection.name: selection for selection in selections}
        self.selection_box.clear()
        self.selection_box.addItem("All demonstrations", "")
        for name in self._selections:
            self.selection_box.addItem(f"Selection: {name}", name)
        self.selection_box.setCurrentIndex(max(0, self.selection_box.findData(before)))
        self.selection_box.setVisible(bool(self._selections))

    def _passes(self, candidate: Candidate) -> bool:
        """Whether the selection takes it, or where there is none, sources and success filter."""
        selection = self._selection
        if selection is not None:
            return candidate.entry.identifier in self._chosen_names
        info = candidate.entry.info
        assert info is not None
        wanted = info.success is not False or not self.success_box.isChecked()
        return wanted and self.source_boxes[candidate.source].isChecked()

    def _choose_where_there_is_something(self) -> None:
        """A fresh workspace is empty: begin with the samples rather than with nothing."""
        counts = Counter(c.source for c in self._candidates if c.entry.info is not None)
        if counts[SAMPLES] and not counts[WORKSPACE]:
            self.source_boxes[SAMPLES].setChecked(True)
        for source, box in self.source_boxes.items():
            box.setEnabled(counts[source] > 0)

    def _fill_tasks(self, wanted: str) -> None:
        infos = [c.entry.info for c in self._candidates if c.entry.info is not None]
        counts = Counter(info.task for info in infos)
        self.task_box.clear()
        for task in sorted(counts, key=lambda name: (-counts[name], name)):
            self.task_box.addItem(task.replace("_", "-"), task)
        if not counts:
            self.task_box.addItem("no recordings yet", "")
        self.task_box.setEnabled(bool(counts))
        self.task_box.setCurrentIndex(max(0, self.task_box.findData(wanted)))

    def _offered(self) -> list[Candidate]:
        """What the task, the sources and the success filter leave, each episode once."""
        offered: dict[str, Candidate] = {}
        selection = self._selection
        self._chosen_names = set(selection.identifiers) if selection is not None else set()
        for candidate in self._candidates:
            info = candidate.entry.info
            if info is not None and info.task == self.task and self._passes(candidate):
                offered.setdefault(candidate.entry.identifier, candidate)
        return [offered[name] for name in sorted(offered)]

    def _fill(self) -> None:
        counts = Counter(
            c.source
            for c in self._candidates
            if c.entry.info is not None and c.entry.info.task == self.task
        )
        for box in (*self.source_boxes.values(), self.success_box):
            box.setVisible(self._selection is None)  # a selection says it all
        self.source_boxes[WORKSPACE].setText(f"My recordings  ({counts[WORKSPACE]})")
        self.source_boxes[SAMPLES].setText(f"Samples that ship  ({counts[SAMPLES]})")
        if self.list_section.is_open:
            self._fill_list()
        self._summarise()

    def _fill_list(self) -> None:
        """A thousand lines take a moment, so only while they can be seen."""
        self._filling = True
        self.list.clear()
        for candidate in self._offered():
            info = candidate.entry.info
            assert info is not None
            result = {True: "success", False: "failed", None: "unknown"}[info.success]
            item = QTreeWidgetItem([candidate.entry.identifier, f"{info.steps:,}", result])
            item.setToolTip(0, f"{candidate.entry.path}\ndriven by {info.operator}")
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, Qt.ItemDataRole.UserRole, candidate.entry.path)
            used = candidate.entry.path not in self._left_out
            item.setCheckState(0, Qt.CheckState.Checked if used else Qt.CheckState.Unchecked)
            self.list.addTopLevelItem(item)
        self._filling = False

    def _summarise(self) -> None:
        infos = self.selected_infos()
        steps = sum(info.steps for info in infos)
        seconds = sum(info.steps / info.control_rate for info in infos if info.control_rate > 0)
        if infos:
            number = "1 demonstration" if len(infos) == 1 else f"{len(infos)} demonstrations"
            text = f"{number} · {steps:,} steps · {format_seconds(seconds)}"
            if held := len(self.held_out()):
                text += f" · {held} kept for validation, not trained on"
        elif self._candidates:
            text = "Nothing is chosen: tick a source or an episode."
        else:
            text = "Record a few demonstrations on the Record page first."
        self.summary.setText(text)
        problems = [c.entry.problem for c in self._candidates if c.entry.problem is not None]
        files = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        self.broken.setText(f"{files} cannot be read and will be left out")
        self.broken.setToolTip("\n".join(problems[:10]))
        self.broken.setVisible(bool(problems))
        self.changed.emit()

    def _list_toggled(self, is_open: bool) -> None:
        if is_open:
            self._fill_list()

    def _task_chosen(self) -> None:
        self._fill()

    def _sources_chosen(self) -> None:
        self._fill()

    def _item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._filling or column != 0:
            return
        path = item.data(0, Qt.ItemDataRole.UserRole)
        used = item.checkState(0) == Qt.CheckState.Checked
        (self._left_out.discard if used else self._left_out.add)(path)
        self._summarise()
