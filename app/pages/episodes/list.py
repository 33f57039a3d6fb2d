"""Episodes as rows with a picture; ten thousand of them cost no more than a screenful."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.pages.episodes.rows import OPERATOR_NAMES, Row, local_time
from app.pages.episodes.thumbnails import HEIGHT, WIDTH, Thumbnails
from app.theme.theme import current_theme
from app.widgets.controls import after, configure
from app.widgets.formats import task_title
from app.widgets.painted import CENTRE, CUT, RIGHT, write
from core.data import EpisodeInfo

ROW_HEIGHT = 64
PICTURE = QSize(round(WIDTH * 54 / HEIGHT), 54)
"""Size of a picture in a row [px]."""
REPAINT = 60
"""New pictures are shown at most this often [ms]."""
_Index = QModelIndex | QPersistentModelIndex
SIGNS: dict[bool | None, tuple[str, str]] = {
    True: ("✓", "good"),
    False: ("✗", "danger"),
    None: ("–", "muted"),
}
"""Sign and colour of each outcome."""


class _Model(QAbstractListModel):
    """The rows, in the order in which they are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 — Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = 0) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{task_title(row.entry.known.task)} {row.entry.identifier}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row)
        return None


class _Delegate(QStyledItemDelegate):
    """Paints a row: its picture, what became of it, how long it is, who drove and when."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        area = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, current_theme().color("accent_soft"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, current_theme().color("hover"))
        picture = QRect(area.left() + 6, area.top() + 5, PICTURE.width(), PICTURE.height())
        self._picture(painter, picture, row)
        left = picture.right() + 12
        text = QRect(left, area.top() + 6, area.right() - left - 8, area.height() - 12)
        if row.entry.info is None:
            self._broken(painter, text, row)
        else:
            self._lines(painter, text, row, row.entry.info)
        painter.restore()

    def _picture(self, painter: QPainter, place: QRect, row: Row) -> None:
        image = self._thumbnails.image(row.entry.path) if row.readable else QImage()
        if image is not None and not image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        else:
            painter.fillRect(place, current_theme().color("raised"))
            write(painter, place, "…" if image is None else "–", "faint", CENTRE, font="small")

    def _lines(self, painter: QPainter, place: QRect, row: Row, info: EpisodeInfo) -> None:
        entry, half = row.entry, place.height() // 2
        upper, lower = place.adjusted(0, 0, 0, -half), place.adjusted(0, half, 0, 0)
        sign, role = SIGNS[entry.known.success]
        write(painter, upper, sign, role, font="body")
        write(painter, upper.adjusted(20, 0, 0, 0), task_title(entry.known.task))
        write(painter, upper, f"{entry.known.duration:.1f} s", align=RIGHT)
        when = "sample" if row.sample else local_time(info)
        write(painter, lower, when, "muted", RIGHT, font="small")
        metrics = painter.fontMetrics()
        lower = lower.adjusted(0, 0, -metrics.horizontalAdvance(when) - 12, 0)
        if row.outlying:
            mark = f"! {row.outlying}"
            write(painter, lower, mark, "warning", elide=CUT)
            lower = lower.adjusted(metrics.horizontalAdvance(mark) + 8, 0, 0, 0)
        driver = OPERATOR_NAMES.get(entry.known.operator, entry.known.operator)
        facts = " · ".join((driver, *(f"#{tag}" for tag in entry.known.tags)))
        if lower.width() > 16:
            write(painter, lower, facts, "muted", elide=CUT)

    def _broken(self, painter: QPainter, place: QRect, row: Row) -> None:
        half = place.height() // 2
        write(painter, place.adjusted(0, 0, 0, -half), "! unreadable", "danger", font="body")
        name = row.entry.path.name
        write(painter, place.adjusted(0, half, 0, 0), name, "muted", font="small", elide=CUT)


class EpisodeList(QTableView):
    """Shows rows, one of which is looked at, and any number chosen."""

    chosen = Signal(object)
    """The `Row` that is looked at, or None."""
    selection_changed = Signal()
    """Other rows are selected."""
    delete_wanted = Signal()
    """The Delete key was pressed."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._model = _Model()
        self._delegate = _Delegate(thumbnails)
        self._last_chosen: Row | None = None
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        # A table, since its headers know every row's place; a list view asks for all of them.
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        configure(
            self,
            showGrid=False,
            tabKeyNavigation=False,
            selectionBehavior=QAbstractItemView.SelectionBehavior.SelectRows,
            selectionMode=QAbstractItemView.SelectionMode.ExtendedSelection,
            verticalScrollMode=QAbstractItemView.ScrollMode.ScrollPerPixel,
            horizontalScrollBarPolicy=Qt.ScrollBarPolicy.ScrollBarAlwaysOff,
            mouseTracking=True,
            minimumHeight=3 * ROW_HEIGHT,
            accessibleName="Episodes",
        )
        self.selectionModel().selectionChanged.connect(self._emit_choice)
        self.selectionModel().currentChanged.connect(self._emit_choice)
        self._repaint = after(REPAINT, self.viewport().update, self)
        thumbnails.ready.connect(self._picture_ready)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return tuple(self._model.rows)

    @property
    def current(self) -> Row | None:
        """The row that is looked at; one of those that are chosen."""
        index = self.selectionModel().currentIndex()
        if index.isValid() and self.selectionModel().isSelected(index):
            return self._model.rows[index.row()]
        return None

    @property
    def selected(self) -> list[Row]:
        """All chosen rows, in the order of the list."""
        numbers = sorted(
            number
            for part in self.selectionModel().selection().toList()
            for number in range(part.top(), part.bottom() + 1)
        )
        return [self._model.rows[number] for number in numbers]

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; what was chosen stays chosen where it is among them."""
        before = {row.entry.path for row in self.selected}
        current = self.current
        model = self.selectionModel()
        model.blockSignals(True)
        self._model.show_rows(rows)
        numbers = [n for n, row in enumerate(rows) if row.entry.path in before]
        self._select(numbers)
        for number in numbers:
            if current is not None and rows[number].entry.path == current.entry.path:
                model.setCurrentIndex(
                    self._model.index(number, 0), QItemSelectionModel.SelectionFlag.NoUpdate
                )
        model.blockSignals(False)
        self.viewport().update()
        self._emit_choice()

    def choose(self, identifier: str) -> bool:
        """Choose the one episode of that identifier; False if it is not shown."""
        places = self._places([identifier])
        for number in places:
            index = self._model.index(number, 0)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
            self.scrollTo(index)
        return bool(places)

    def choose_many(self, identifiers: Sequence[str]) -> int:
        """Choose all episodes of these identifiers that are shown; returns how many are."""
        places = self._places(identifiers)
        self._select(places)
        return len(places)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _places(self, identifiers: Sequence[str]) -> list[int]:
        """One row for each identifier: one's own recording before a sample of the same name."""
        wanted = set(identifiers)
        places: dict[str, int] = {}
        for number, row in enumerate(self._model.rows):
            name = row.entry.identifier
            if name in wanted and (name not in places or not row.sample):
                places[name] = number
        return sorted(places.values())

    def _select(self, numbers: Sequence[int]) -> None:
        """Select rows by their numbers, in runs: one range a row would take seconds for all."""
        chosen = QItemSelection()
        start = 0
        for place in range(1, len(numbers) + 1):
            if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
                first, last = numbers[start], numbers[place - 1]
                chosen.select(self._model.index(first, 0), self._model.index(last, 0))
                start = place
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @Slot()
    def _emit_choice(self) -> None:
        self.selection_changed.emit()
        if (current := self.current) != self._last_chosen:
            self._last_chosen = current
            self.chosen.emit(current)

    @Slot()
    def _picture_ready(self) -> None:
        if not self._repaint.isActive():
            self._repaint.start()


def _tip(row: Row) -> str:
    entry = row.entry
    if entry.info is None:
        return entry.problem or ""
    word = {True: "success", False: "failure", None: "not labelled"}[entry.known.success]
    lines = [entry.identifier, f"{word}, {entry.known.steps} steps, {100 * entry.idle:.0f} % idle"]
    if row.outlying:
        lines.append(f"unusual among its task: {row.outlying}")
    return "\n".join(lines)
