"""The sensor-noise control that Deploy and Compare share: a slider and a number."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from app.widgets.controls import column, configure, row

CONTROL_HEIGHT = 32
"""Height of slider and number, so that their sign stands in their middle [px]."""
STEPS = 100
"""Slider positions between 0 and 1: the slider moves in hundredths, as the number shows them."""


SENSES = (
    "Sensor noise",
    "Sensor noise σ, in standard deviations of each sensed feature over the training data. 0 "
    "senses the truth.",
)
IMAGES = (
    "Image noise",
    "Noise σ of each pixel of the camera images, as part of the range of a pixel. 0 shows what the "
    "cameras see.",
)
"""Name and explanation of what a slider chooses."""


class NoiseSlider(QWidget):
    """Chooses a noise σ in [0, 1]: by default of the sensors, in standard deviations of each sensed
    feature.

    The slider and the number field always show the same σ. `changed` carries the new σ and is
    emitted once per change, whether a person or the program made it; setting the σ that is
    already shown emits nothing, so two sliders may be wired to each other.
    """

    changed = Signal(float)

    def __init__(self, value: float = 0.0, what: tuple[str, str] = SENSES) -> None:
        """`what`: `SENSES` or `IMAGES`."""
        super().__init__()
        self._value = 0.0
        self.label = configure(QLabel("σ"), objectName="noiseSign")
        self.slider = configure(
            _QuietSlider(Qt.Orientation.Horizontal),
            minimum=0,
            maximum=STEPS,
            singleStep=1,
            pageStep=10,
        )
        self.number = configure(
            QDoubleSpinBox(),
            minimum=0.0,
            maximum=1.0,
            decimals=2,
            singleStep=0.05,
            keyboardTracking=False,
            alignment=Qt.AlignmentFlag.AlignRight,
        )
        self.marks = _Marks(self.slider)
        self.explain(what)

        self.label.setFixedHeight(CONTROL_HEIGHT)
        top = Qt.AlignmentFlag.AlignTop
        middle = column(self.slider, self.marks, spacing=0)
        row((self.label, top), (middle, 1), (self.number, top), inside=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self.slider.valueChanged.connect(lambda position: self.set_value(position / STEPS))
        self.number.valueChanged.connect(self.set_value)
        self._show(value)
        self._value = self.number.value()

    def explain(self, what: tuple[str, str]) -> None:
        """Say what is chosen: `SENSES` or `IMAGES`."""
        name, tip = what
        for widget in (self.label, self.slider, self.number):
            widget.setToolTip(tip)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(f"{name}, as a number")

    @property
    def value(self) -> float:
        """The chosen noise σ, in [0, 1]."""
        return self._value

    def set_value(self, sigma: float) -> None:
        """Choose σ, clipped to [0, 1]; the slot that `Studio.noise_changed` is connected to."""
        sigma = round(min(1.0, max(0.0, float(sigma))), 2)
        if sigma != self._value:
            self._value = sigma
            self._show(sigma)
            self.changed.emit(sigma)

    def set_marks(self, levels: Sequence[float]) -> None:
        """Draw a tick with its number under the slider at each of `levels`; none hides the row."""
        self.marks.show_levels(tuple(levels))

    def _show(self, sigma: float) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(round(sigma * STEPS))
            self.number.setValue(sigma)


class _QuietSlider(QSlider):
    """A slider that turns with the wheel only when it has the focus.

    Scrolling a panel must not change the noise of a running policy on the way past.
    """

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Marks(QWidget):
    """Ticks and numbers under a slider, aligned with where its handle stands for them."""

    def __init__(self, slider: QSlider) -> None:
        super().__init__()
        self._slider = slider
        self._levels: tuple[float, ...] = ()
        self.setObjectName("noiseMarks")
        self.hide()

    def show_levels(self, levels: tuple[float, ...]) -> None:
        self._levels = levels
        self.setVisible(bool(levels))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        metrics = self.fontMetrics()
        free_from = -1.0
        for level in self._levels:
            center = self._handle_center(level)
            painter.drawLine(round(center), 0, round(center), 3)
            text = f"{level:.2f}".rstrip("0").rstrip(".") or "0"
            width = metrics.horizontalAdvance(text)
            left = min(max(0.0, center - width / 2), self.width() - width)
            if left >= free_from:  # labels that would overlap leave only their tick
                painter.drawText(round(left), 4 + metrics.ascent(), text)
                free_from = left + width + 4
        painter.end()

    def _handle_center(self, level: float) -> float:
        option = QStyleOptionSlider()
        self._slider.initStyleOption(option)
        handle = self._slider.style().subControlRect(
            QStyle.ComplexControl.CC_Slider,
            option,
            QStyle.SubControl.SC_SliderHandle,
            self._slider,
        )
        return handle.width() / 2 + level * (self._slider.width() - handle.width())
