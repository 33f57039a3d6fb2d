"""A drawing of the gamepad that shows its state live, and what everything is for."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.arm.gamepad import PadState
from app.arm.mapping import ACTIONS, BUTTON_LABELS, PadMapping
from app.theme.theme import current_theme
from app.widgets.painted import CENTRE, Painted, fill_box, write

WIDTH, HEIGHT = 328.0, 208.0
"""Size of the drawing, which is scaled to the widget."""
_FACE = {"y": (246, 86), "x": (228, 104), "b": (264, 104), "a": (246, 122)}
_PAD = {"up": (82, 86), "left": (64, 104), "right": (100, 104), "down": (82, 122)}
_SHOULDERS = {"left_shoulder": (58, 54), "right_shoulder": (270, 54)}
_SMALL = {"back": (142, 92), "start": (186, 92)}
_STICKS = {
    "left": ("left_x", "left_y", 122.0, 140.0),
    "right": ("right_x", "right_y", 206.0, 140.0),
}
_TRIGGERS = {"left_trigger": 38.0, "right_trigger": 250.0}


class PadView(Painted):
    """Shows a `PadState`: sticks off centre, pulled triggers and held buttons in the accent."""

    def __init__(self) -> None:
        super().__init__()
        self._state = PadState()
        self._mapping = PadMapping()
        self.setFixedHeight(int(HEIGHT))
        self.setAccessibleName("Gamepad, live")

    def sizeHint(self) -> QSize:
        return QSize(int(WIDTH), int(HEIGHT))

    def show_state(self, state: PadState) -> None:
        """Draw another state; the same one again costs nothing."""
        if state != self._state:
            self._state = state
            self.update()

    def set_mapping(self, mapping: PadMapping) -> None:
        """Name the buttons by another mapping."""
        self._mapping = mapping
        self.update()

    def draw(self, painter: QPainter) -> None:
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.translate((self.width() - scale * WIDTH) / 2, 0)
        painter.scale(scale, scale)
        self._draw_triggers(painter)
        self._draw_body(painter)
        for group, radius in ((_FACE, 10.0), (_PAD, 9.0), (_SMALL, 8.0)):
            for name, place in group.items():
                self._draw_button(painter, name, QPointF(*place), radius)
        for name, place in _SHOULDERS.items():
            self._draw_shoulder(painter, name, QPointF(*place))
        for side, (across, down, x, y) in _STICKS.items():
            self._draw_stick(painter, side, across, down, QPointF(x, y))
        self._draw_legend(painter)

    def _draw_body(self, painter: QPainter) -> None:
        body = QPainterPath()
        body.moveTo(66, 66)
        body.lineTo(262, 66)
        body.cubicTo(300, 66, 308, 120, 306, 150)
        body.cubicTo(304, 182, 272, 182, 252, 164)
        body.lineTo(76, 164)
        body.cubicTo(56, 182, 24, 182, 22, 150)
        body.cubicTo(20, 120, 28, 66, 66, 66)
        painter.setPen(QPen(current_theme().color("line"), 1.5))
        painter.setBrush(current_theme().color("raised"))
        painter.drawPath(body)

    def _draw_button(self, painter: QPainter, name: str, center: QPointF, radius: float) -> None:
        held, used = name in self._state.pressed, name in self._mapping.buttons()
        area = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
        edge = "accent" if held else "faint" if used else "line"
        fill_box(painter, area, "accent" if held else "panel", edge, radius)
        if name in ("a", "b", "x", "y"):
            color = "on_accent" if held else "text" if used else "faint"
            write(painter, area, name.upper(), color, CENTRE)

    def _draw_shoulder(self, painter: QPainter, name: str, center: QPointF) -> None:
        held = name in self._state.pressed
        area = QRectF(center.x() - 30, center.y() - 7, 60, 14)
        fill_box(painter, area, "accent" if held else "raised", "accent" if held else "line", 6)
        write(painter, area, BUTTON_LABELS[name], "on_accent" if held else "muted", CENTRE)

    def _draw_triggers(self, painter: QPainter) -> None:
        names: dict[str, str] = {self._mapping.open: "open", self._mapping.close: "close"}
        for name, left in _TRIGGERS.items():
            fill_box(painter, QRectF(left, 26, 40, 14), "raised", "line")
            pulled = max(0.0, min(1.0, self._state.axis(name)))
            if pulled > 0:
                fill_box(painter, QRectF(left, 26, 40 * pulled, 14), "accent")
            area = QRectF(left - 20, 6, 80, 18)
            write(painter, area, names.get(name, ""), "muted", CENTRE)

    def _draw_stick(
        self, painter: QPainter, side: str, across: str, down: str, center: QPointF
    ) -> None:
        theme = current_theme()
        x, y = self._state.axis(across), self._state.axis(down)
        moved = max(abs(x), abs(y)) > self._mapping.dead_zone
        held = f"{side}_stick" in self._state.pressed
        painter.setPen(QPen(theme.color("line"), 1.5))
        painter.setBrush(theme.color("background"))
        painter.drawEllipse(center, 22, 22)
        painter.setPen(QPen(theme.color("accent" if moved or held else "faint"), 2))
        painter.setBrush(theme.color("accent" if moved or held else "panel"))
        painter.drawEllipse(QPointF(center.x() + 10 * x, center.y() + 10 * y), 13, 13)

    def _draw_legend(self, painter: QPainter) -> None:
        """What the two sticks do, below them."""
        m = self._mapping
        names = {m.across: "left/right", m.away: "away/back", m.height: "height", m.turn: "turn"}
        for side, left in (("left", 0.0), ("right", WIDTH / 2)):
            found = [names[axis] for axis in (f"{side}_y", f"{side}_x") if axis in names]
            area = QRectF(left, 182, WIDTH / 2, 22)
            write(painter, area, " · ".join(found), "muted", CENTRE)


def pad_hints(mapping: PadMapping) -> list[tuple[str, str]]:
    """(button, what it does) for every action of a mapping that has a button."""
    hints = [(BUTTON_LABELS[getattr(mapping, name)], title) for name, title in ACTIONS.items()]
    hints.append((BUTTON_LABELS[mapping.tilt], "Tilt, while held"))
    hints.append((BUTTON_LABELS[mapping.precise], "Slowly, while held"))
    return [(button, title) for button, title in hints if button != "–"]
