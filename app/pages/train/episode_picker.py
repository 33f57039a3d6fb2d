"""Chooses the demonstrations to train on: a task, sources, and if wanted one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.widgets.controls import Section, chooser, column, configure, label, offer
from app.widgets.formats import format_seconds, task_title
from core.data import EpisodeEntry, EpisodeInfo, Selection

WORKSPACE, SAMPLES = "workspace", "samples"


@dataclass(frozen=True)
class Candidate:
    """A recording that could be trained on."""

    source: str
    """`WORKSPACE` or `SAMPLES`."""
    entry: EpisodeEntry
    """Its file and description, or what is wrong with it."""

    @property
    def info(self) -> EpisodeInfo:
        """Description of a readable one."""
        assert self.entry.info is not None
        return self.entry.info


class EpisodePicker(QWidget):
    """Shows what there is, by task, and knows which files are chosen.

    Demonstrations that failed are left out unless asked for. An episode that lies in the
    workspace and in the samples counts once. Files that cannot be read are counted, and named in
    the tooltip of that line.
    """

    changed = Signal()
    """Another choice was made, or there is something else to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self._candidates: list[Candidate] = []
        self._readable: list[Candidate] = []
        self._left_out: set[Path] = set()
        self._followed = ""
        self._selections: dict[str, Selection] = {}
        self.task_box = chooser(name="Task")
        self.selection_box = chooser(
            name="Selection", tip="Selections are saved on the Episodes page"
        )
        self.source_boxes = {WORKSPACE: QCheckBox(), SAMPLES: QCheckBox()}
        self.source_boxes[WORKSPACE].setChecked(True)
        self.success_box = configure(
            QCheckBox("Successes only"),
            checked=True,
            toolTip="Failed attempts teach cloning to fail; leave them out.",
        )
        self._boxes = (*self.source_boxes.values(), self.success_box)
        for choice in (self.task_box, self.selection_box):
            choice.activated.connect(self._fill)
        for box in self._boxes:
            box.clicked.connect(self._fill)
        self.summary = label("", "value", wrap=True)
        self.broken = label("", "warning", wrap=True)
        self.list = self._make_list()
        self.list_section = Section("Choose one by one", self.list)
        self.list_section.button.toggled.connect(self._fill_list)
        column(
            self.task_box,
            self.selection_box,
            *self._boxes,
            self.summary,
            self.broken,
            self.list_section,
            spacing=4,
            inside=self,
        )
        self.selection_box.hide()
        self.show_candidates(())

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setHeaderLabels(["episode", "steps", "result"])
        configure(
            made,
            rootIsDecorated=False,
            uniformRowHeights=True,
            selectionMode=QAbstractItemView.SelectionMode.NoSelection,
            minimumHeight=240,
        )
        header = made.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.itemChanged.connect(self._item_changed)
        return made

    @property
    def task(self) -> str:
        """The chosen task; empty if there are no recordings."""
        return str(self.task_box.currentData() or "")

    def selected(self) -> tuple[Path, ...]:
        """Files of the chosen demonstrations, in the order of their names."""
        return tuple(candidate.entry.path for candidate in self._chosen())

    def described(self, files: Sequence[Path]) -> list[tuple[Path, EpisodeInfo]]:
        """The readable ones of `files`, each with its description."""
        infos = {c.entry.path: c.info for c in self._readable}
        return [(path, infos[path]) for path in files if path in infos]

    def files_of(self, identifiers: Sequence[str]) -> tuple[list[Path], list[str]]:
        """Files of the episodes of these names, and the names of which there is no file."""
        paths = {c.entry.identifier: c.entry.path for c in reversed(self._candidates)}
        found = [paths[name] for name in identifiers if name in paths]
        return found, [name for name in identifiers if name not in paths]

    def held_out(self) -> tuple[Path, ...]:
        """Files of the chosen task that the selection keeps for validation."""
        wanted = self._selection.validation if self._selection is not None else ()
        of_task = {c.entry.identifier: c.entry.path for c in reversed(self._of_task())}
        return tuple(of_task[name] for name in wanted if name in of_task)

    def show_candidates(
        self, candidates: Sequence[Candidate], selections: Sequence[Selection] = ()
    ) -> None:
        """Offer these recordings; the task and the choice stay where they can."""
        self._offer_selections(selections)
        self._candidates = sorted(candidates, key=lambda c: c.source == SAMPLES)
        self._readable = [c for c in self._candidates if c.entry.info is not None]
        self._choose_where_there_is_something()
        self._fill_tasks()
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

    # inside

    def _of_task(self) -> list[Candidate]:
        return [candidate for candidate in self._readable if candidate.info.task == self.task]

    def _chosen(self) -> list[Candidate]:
        return [found for found in self._offered() if found.entry.path not in self._left_out]

    @property
    def _selection(self) -> Selection | None:
        return self._selections.get(str(self.selection_box.currentData() or ""))

    def _offer_selections(self, selections: Sequence[Selection]) -> None:
        self._selections = {selection.name: selection for selection in selections}
        entries = [(f"Selection: {name}", name) for name in self._selections]
        offer(self.selection_box, [("All demonstrations", ""), *entries])
        self.selection_box.setVisible(bool(self._selections))

    def _passes(self, candidate: Candidate) -> bool:
        """Whether sources and success filter let it through."""
        wanted = candidate.info.success is not False or not self.success_box.isChecked()
        return wanted and self.source_boxes[candidate.source].isChecked()

    def _choose_where_there_is_something(self) -> None:
        """A fresh workspace is empty: begin with the samples rather than with nothing."""
        counts = Counter(c.source for c in self._readable)
        if counts[SAMPLES] and not counts[WORKSPACE]:
            self.source_boxes[SAMPLES].setChecked(True)
        for source, box in self.source_boxes.items():
            box.setEnabled(counts[source] > 0)

    def _fill_tasks(self) -> None:
        counts = Counter(c.info.task for c in self._readable)
        tasks = sorted(counts, key=lambda name: (-counts[name], name))
        entries = [(task_title(task), task) for task in tasks]
        offer(self.task_box, entries or [("no recordings yet", "")])
        self.task_box.setEnabled(bool(counts))

    def _offered(self) -> list[Candidate]:
        """What the task and the selection, or else sources and filter, leave: each once."""
        if self._selection is not None:
            taken = frozenset(self._selection.identifiers)
            passing = [c for c in self._of_task() if c.entry.identifier in taken]
        else:
            passing = [c for c in self._of_task() if self._passes(c)]
        offered = {candidate.entry.identifier: candidate for candidate in reversed(passing)}
        return [offered[name] for name in sorted(offered)]

    def _fill(self) -> None:
        counts = Counter(candidate.source for candidate in self._of_task())
        for box in self._boxes:
            box.setVisible(self._selection is None)  # a selection says it all
        self.source_boxes[WORKSPACE].setText(f"My recordings  ({counts[WORKSPACE]})")
        self.source_boxes[SAMPLES].setText(f"Included samples  ({counts[SAMPLES]})")
        self._fill_list()
        self._summarise()

    def _fill_list(self) -> None:
        """A thousand lines take a moment, so only while they can be seen."""
        if not self.list_section.button.isChecked():
            return
        self.list.clear()
        for candidate in self._offered():
            info = candidate.info
            result = {True: "success", False: "failed", None: "unknown"}[info.success]
            item = QTreeWidgetItem([candidate.entry.identifier, f"{info.steps:,}", result])
            item.setToolTip(0, f"{candidate.entry.path}\ndriven by {info.operator}")
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, Qt.ItemDataRole.UserRole, candidate.entry.path)
            used = candidate.entry.path not in self._left_out
            item.setCheckState(0, Qt.CheckState.Checked if used else Qt.CheckState.Unchecked)
            self.list.addTopLevelItem(item)

    def _summarise(self) -> None:
        infos = [candidate.info for candidate in self._chosen()]
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

    def _item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if column != 0:
            return
        path = item.data(0, Qt.ItemDataRole.UserRole)
        used = item.checkState(0) == Qt.CheckState.Checked
        (self._left_out.discard if used else self._left_out.add)(path)
        self._summarise()
