"""The timeline of an episode: scrub, play, and see where the gripper closed and success held."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.theme import Theme
from core.recording import Episode


class Track(QWidget):
    """The clickable part: curves of the episode and a head that stands at the present step."""

    scrubbed = Signal(int)
    """A hand moved the head to this step."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._episode: Episode | None = None
        self._speed = np.zeros(0)
        self._step = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Timeline")

    def show_episode(self, episode: Episode | None) -> None:
        """Draw another episode; None draws nothing."""
        self._episode = episode
        self._step = 0
        self._speed = np.zeros(0)
        if episode is not None:
            self._speed = np.linalg.norm(episode.actions[:, :3], axis=1) / np.sqrt(3.0)
        self.update()

    @property
    def step(self) -> int:
        """Where the head stands."""
        return self._step

    def set_step(self, step: int) -> None:
        """Put the head elsewhere, without telling `scrubbed`."""
        if step != self._step:
            self._step = step
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 80)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -20,
            Qt.Key.Key_PageDown: 20,
        }
        if self._episode is not None and Qt.Key(event.key()) in steps:
            self._go(self._step + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        if self._episode is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("background"))
        painter.drawRoundedRect(area, 4, 4)
        self._draw_bands(painter, area)
        self._draw_curve(painter, area, self._speed, self._theme.series[0])
        gripper = 0.5 + 0.5 * self._episode.actions[:, 6]
        self._draw_curve(painter, area, gripper, self._theme.series[1])
        x = self._x(self._step)
        painter.setPen(QPen(self._theme.color("text"), 2))
        painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom() + 4))
        painter.end()

    def _draw_bands(self, painter: QPainter, area: QRectF) -> None:
        """Where success held, and where a person had taken over."""
        assert self._episode is not None
        for mask, role, top in (
            (self._episode.rewards > 0, "good", area.bottom() - 4),
            (self._episode.interventions, "warning", area.top()),
        ):
            colour = QColor(getattr(self._theme, role))
            for step in np.flatnonzero(mask):
                cell = QRectF(self._x(int(step)) - 1, top, self._width() + 1.5, 4)
                painter.fillRect(cell, colour)

    def _draw_curve(self, painter: QPainter, area: QRectF, values: np.ndarray, colour: str) -> None:
        if len(values) < 2:
            return
        inner = area.adjusted(0, 8, 0, -8)
        heights = inner.bottom() - np.clip(values, 0, 1) * inner.height()
        points = [QPointF(self._x(i), y) for i, y in enumerate(heights.tolist())]
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.drawPolyline(QPolygonF(points))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(2, 6, -2, -6)

    def _width(self) -> float:
        assert self._episode is not None
        return self._area().width() / max(1, len(self._episode) - 1)

    def _x(self, step: int) -> float:
        return self._area().left() + step * self._width()

    def _scrub(self, x: float) -> None:
        if self._episode is not None:
            self._go(round((x - self._area().left()) / self._width()))

    def _go(self, step: int) -> None:
        assert self._episode is not None
        step = max(0, min(len(self._episode) - 1, step))
        if step != self._step:
            self.set_step(step)
            self.scrubbed.emit(step)


class Timeline(QWidget):
    """Play button, track and time; tells what a hand wants, and is told what is shown."""

    play_wanted = Signal(bool)
    """A hand pressed play (True) or pause (False)."""
    scrubbed = Signal(int)
    """A hand moved the head to this step."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Timeline")
        self._theme = theme
        self._episode: Episode | None = None
        self._playing = False
        self.play = QToolButton()
        self.play.setFixedSize(40, 40)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.track = Track(theme)
        self._time = QLabel()
        self._time.setMinimumWidth(104)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._legend = QLabel()
        self._legend.setProperty("role", "caption")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.play)
        row.addWidget(self.track, 1)
        row.addWidget(self._time)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addLayout(row, 1)
        column.addWidget(self._legend)
        self.play.clicked.connect(self._pressed)
        self.track.scrubbed.connect(self.scrubbed)
        self.show_episode(None)

    def show_episode(self, episode: Episode | None) -> None:
        """Show another episode from its start; None shows what to do."""
        self._episode = episode
        self.track.show_episode(episode)
        self.play.setEnabled(episode is not None)
        self.show_state(0, False)
        self._explain()

    def show_state(self, step: int, playing: bool) -> None:
        """Show where the replay is and whether it runs."""
        self._playing = playing
        self.track.set_step(step)
        self.play.setIcon(self._theme.icon("ph.pause-fill" if playing else "ph.play-fill"))
        self.play.setToolTip("Pause" if playing else "Play")
        if self._episode is None:
            self._time.setText("")
            return
        rate = self._episode.info.control_rate
        end = len(self._episode) / rate
        self._time.setText(f"{(step + 1) / rate:.2f} / {end:.2f} s")

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.track.set_theme(theme)
        self.show_state(self.track.step, self._playing)
        self._explain()

    def _explain(self) -> None:
        theme = self._theme
        if self._episode is None:
            self._legend.setText("Choose an episode in the list to see it again.")
            return

        def named(colour: str, text: str) -> str:
            return f'<span style="color:{colour}">━</span> {text}'

        entries = [
            named(theme.series[0], "speed"),
            named(theme.series[1], "gripper closed"),
            named(theme.good, "success holds"),
        ]
        if self._episode.interventions.any():
            entries.append(named(theme.warning, "person had taken over"))
        self._legend.setText("&nbsp;&nbsp;&nbsp;&nbsp;".join(entries))

    @Slot()
    def _pressed(self) -> None:
        self.play_wanted.emit(not self._playing)
