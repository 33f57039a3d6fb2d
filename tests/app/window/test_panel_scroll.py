"""A panel is as high as its texts need at the width that it has."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.window.panel_scroll import PanelScroll


def test_a_text_that_grows_pushes_nothing_together(qtbot):
    panel = QWidget()
    column = QVBoxLayout(panel)
    text, last = QLabel("one line"), QWidget()
    text.setWordWrap(True)
    last.setMinimumHeight(200)
    for widget in (text, last):
        column.addWidget(widget)
    scroll = PanelScroll(panel)
    qtbot.addWidget(scroll)
    scroll.resize(240, 160)
    scroll.show()
    qtbot.waitExposed(scroll)
    for words in (60, 5, 120):
        text.setText("several words " * words)
        qtbot.waitUntil(
            lambda: (
                text.height() >= text.heightForWidth(text.width())
                and last.y() >= text.y() + text.height()
                and panel.height() >= last.y() + last.height()
            )
        )
