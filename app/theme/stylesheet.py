"""The style sheet of all controls, made from a theme; `app.window.styles` applies it.

No rule sets the font size of all widgets: the application's font does, at a third of the cost.

Widgets ask for a look through two dynamic properties. On labels, `role` is one of "title",
"heading", "caption", "value", "number", "muted", "key", "good", "warning", "danger". On buttons,
`kind` is one of "primary", "danger", "quiet", "small"; without it a button is secondary. A frame
with `role` "card" groups what belongs together, one with "plot" holds curves.
"""

from __future__ import annotations

from pathlib import Path

from app.theme.theme import Theme

ICONS = Path(__file__).resolve().parents[1] / "icons"


def stylesheet(theme: Theme) -> str:
    """The whole style sheet of the window in the colours of `theme`."""
    parts = (_ground(theme), _text(theme), _buttons(theme), _fields(theme), _sliders(theme))
    return "\n".join((*parts, _views(theme), _frames(theme)))


SEPARATORS = """
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: rgba(86, 180, 233, 96); }
"""
"""The handles between docks, one look for every theme: a change would reach all that is docked."""


def _icon(theme: Theme, name: str) -> str:
    return f'url("{(ICONS / theme.name / (name + ".svg")).as_posix()}")'


def _ground(t: Theme) -> str:
    return f"""
QWidget {{ color: {t.text}; }}
QLabel[role="dockTitle"] {{ background: {t.panel}; color: {t.muted}; font-size: {t.small}px;
    padding: 8px 16px; border-bottom: 1px solid {t.line}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
    padding: 4px 8px; font-size: {t.small}px; }}
QDialog, QMessageBox {{ background: {t.panel}; border: 1px solid {t.line}; }}
"""


def _text(t: Theme) -> str:
    roles = {"good": t.good, "warning": t.warning, "danger": t.danger, "accent": t.accent}
    coloured = "\n".join(
        f'QLabel[role="{role}"], QLabel[tone="{role}"] {{ color: {colour}; }}'
        for role, colour in roles.items()
    )
    return f"""
QLabel {{ background: transparent; }}
QLabel:disabled {{ color: {t.faint}; }}
QLabel[role="title"] {{ font-size: {t.title}px; font-weight: 600; }}
QLabel[role="heading"] {{ font-weight: 600; }}
QLabel[role="number"] {{ font-size: {t.title}px; font-weight: 600; }}
QLabel[role="caption"], QLabel#noiseSign {{ color: {t.muted}; font-size: {t.small}px; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="value"] {{ font-size: {t.small}px; }}
QWidget#noiseMarks {{ color: {t.muted}; font-size: {t.small}px; }}
QLabel[role="key"] {{ background: {t.raised}; border: 1px solid {t.line};
    border-bottom: 2px solid {t.line}; border-radius: 4px; padding: 0px 6px;
    font-size: {t.small}px; min-height: 18px; }}
{coloured}
"""


def _buttons(t: Theme) -> str:
    return f"""
QPushButton, QToolButton {{ background: {t.raised}; border: 1px solid {t.line};
    border-radius: 6px; padding: 0px 12px; min-height: 30px; font-weight: 500; }}
QPushButton:hover, QToolButton:hover {{ background: {t.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.line}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {t.accent}; }}
QPushButton:checked, QToolButton:checked {{ background: {t.accent_soft};
    border: 1px solid {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.faint}; background: {t.panel};
    border: 1px solid {t.line}; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent};
    border: 1px solid {t.accent}; font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ border: 1px solid {t.text}; }}
QPushButton[kind="primary"]:pressed {{ background: {t.accent_soft}; color: {t.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.raised}; color: {t.faint};
    border: 1px solid {t.line}; }}
QPushButton[kind="danger"] {{ color: {t.danger}; border: 1px solid {t.danger}; }}
QPushButton[kind="danger"]:hover {{ background: {t.danger_soft}; }}
QPushButton[kind="danger"]:disabled {{ color: {t.faint}; border: 1px solid {t.line}; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent;
    border: 1px solid transparent; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {t.hover}; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{
    border: 1px solid {t.accent}; }}
QToolButton {{ padding: 0px 6px; }}
QToolButton[kind="small"], QPushButton[kind="small"] {{ min-height: 20px; padding: 0px 6px;
    border: 1px solid transparent; border-radius: 4px; font-size: {t.small}px;
    color: {t.muted}; background: transparent; }}
QToolButton[kind="small"]:hover, QPushButton[kind="small"]:hover {{ background: {t.hover}; }}
QToolButton[kind="small"]:focus, QPushButton[kind="small"]:focus {{
    border: 1px solid {t.accent}; }}
QToolButton[kind="small"]:checked, QPushButton[kind="small"]:checked {{ color: {t.text};
    background: {t.raised}; border: 1px solid {t.line}; }}
QPushButton[kind="small"] {{ border: 1px solid {t.line}; color: {t.text}; }}
QPushButton[kind="small"]:disabled {{ color: {t.faint}; }}
QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: {_icon(t, "down")};
    subcontrol-origin: padding; subcontrol-position: right center; right: 6px; }}
QCheckBox, QRadioButton {{ spacing: 8px; min-height: 24px; background: transparent; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {t.faint}; }}
QCheckBox::indicator, QRadioButton::indicator, QTreeView::indicator, QListView::indicator,
QTableView::indicator, QGroupBox::indicator {{ width: 16px; height: 16px;
    border: 1px solid {t.faint}; border-radius: 4px; background: {t.raised}; }}
QRadioButton::indicator {{ border-radius: 9px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {t.accent}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked,
QTableView::indicator:checked, QGroupBox::indicator:checked {{ background: {t.accent};
    border-color: {t.accent}; image: {_icon(t, "check")}; }}
QCheckBox::indicator:indeterminate, QTreeView::indicator:indeterminate {{
    background: {t.accent}; border-color: {t.accent}; image: {_icon(t, "dash")}; }}
QCheckBox::indicator:checked:disabled {{ background: {t.faint}; border-color: {t.faint}; }}
QRadioButton::indicator:checked {{ background: {t.raised}; border: 5px solid {t.accent};
    width: 8px; height: 8px; }}
"""


def _fields(t: Theme) -> str:
    return f"""
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {{
    background: {t.raised}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 0px 8px; min-height: 30px; selection-background-color: {t.accent};
    selection-color: {t.on_accent}; }}
QPlainTextEdit, QTextEdit {{ padding: 4px 8px; }}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover {{
    border-color: {t.faint}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{
    color: {t.faint}; background: {t.panel}; }}
QComboBox {{ padding-right: 0px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: {_icon(t, "down")}; width: 16px; height: 16px; }}
QComboBox::down-arrow:disabled {{ image: {_icon(t, "down_disabled")}; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.line};
    padding: 4px; outline: none; selection-background-color: {t.accent_soft};
    selection-color: {t.text}; }}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0px 8px; border-radius: 4px; }}
QSpinBox, QDoubleSpinBox {{ padding-right: 20px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-position: top right;
    border: none; width: 20px; background: transparent; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-position: bottom right;
    border: none; width: 20px; background: transparent; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: {_icon(t, "up")};
    width: 12px; height: 12px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: {_icon(t, "down")};
    width: 12px; height: 12px; }}
QProgressBar {{ background: {t.raised}; border: none; border-radius: 4px; min-height: 8px;
    max-height: 8px; text-align: center; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
"""


def _sliders(t: Theme) -> str:
    return f"""
QSlider {{ min-height: 30px; background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; background: {t.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
QSlider::sub-page:horizontal:disabled {{ background: {t.faint}; }}
QSlider::handle:horizontal {{ background: {t.text}; border: 2px solid {t.accent};
    width: 14px; height: 14px; margin: -7px 0px; border-radius: 9px; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{
    background: {t.accent}; }}
QSlider::handle:horizontal:disabled {{ background: {t.faint}; border-color: {t.faint}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0px; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.background}; }}
QSplitter::handle:hover {{ background: {t.accent_soft}; }}
"""


def _views(t: Theme) -> str:
    return f"""
QTreeView, QTableView, QListView {{ background: {t.panel}; border: 1px solid {t.line};
    border-radius: 6px; outline: none; alternate-background-color: {t.panel};
    gridline-color: {t.line}; selection-background-color: {t.accent_soft};
    selection-color: {t.text}; }}
QTreeView::item, QListView::item {{ min-height: 32px; border: none; padding: 0px 4px; }}
QTableView::item {{ border: none; padding: 0px 8px; }}
QTreeView::item:hover, QListView::item:hover, QTableView::item:hover {{ background: {t.hover}; }}
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {{
    background: {t.accent_soft}; color: {t.text}; }}
QTreeView::branch {{ background: transparent; }}
QHeaderView {{ background: {t.panel}; border: none; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none;
    border-bottom: 1px solid {t.line}; padding: 0px 8px; min-height: 28px;
    font-size: {t.small}px; }}
QTableCornerButton::section {{ background: {t.panel}; border: none; }}
QHeaderView::down-arrow {{ image: {_icon(t, "down")}; width: 12px; height: 12px; }}
QHeaderView::up-arrow {{ image: {_icon(t, "up")}; width: 12px; height: 12px; }}
QMenu {{ background: {t.raised}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_soft}; }}
QMenu::item:disabled {{ color: {t.faint}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 8px 12px;
    border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
"""


def _frames(t: Theme) -> str:
    return f"""
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QStackedWidget {{ background: transparent; }}
QWidget#rail {{ background: {t.panel}; border-right: 1px solid {t.line}; }}
QToolButton#railButton {{ background: transparent; border: none; border-radius: 8px;
    color: {t.muted}; font-size: {t.small}px; padding: 8px 0px 6px 0px; }}
QToolButton#railButton:hover {{ background: {t.hover}; color: {t.text}; }}
QToolButton#railButton:checked {{ background: {t.accent_soft}; color: {t.text}; }}
QToolButton#railButton:focus {{ border: 1px solid {t.accent}; }}
QFrame[role="card"] {{ background: {t.background}; border: 1px solid {t.line};
    border-radius: 8px; }}
QFrame[role="plot"] {{ background: {t.plot_background}; border: 1px solid {t.line};
    border-radius: 8px; }}
QFrame[role="rule"] {{ background: {t.line}; max-height: 1px; min-height: 1px; border: none; }}
QWidget#statusBar {{ background: {t.panel}; border-top: 1px solid {t.line}; }}
QWidget#statusBar QLabel {{ color: {t.muted}; font-size: {t.small}px; }}
QWidget#statusBar QLabel[state="good"] {{ color: {t.good}; }}
QWidget#statusBar QLabel[state="warning"] {{ color: {t.warning}; }}
QWidget#statusBar QLabel[state="danger"] {{ color: {t.danger}; }}
QWidget#statusBar QLabel[state="strong"] {{ color: {t.text}; }}
QFrame#toast {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame#failureBar {{ background: {t.danger_soft}; border: none;
    border-bottom: 1px solid {t.danger}; }}
QFrame#failureBar QPlainTextEdit {{ background: {t.panel}; font-size: {t.small}px; }}
QFrame#banner {{ background: {t.warning_soft}; border: 1px solid {t.warning};
    border-radius: 8px; }}
QFrame#sceneTools {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame#sceneTools QToolButton {{ min-height: 26px; min-width: 26px; padding: 0px 2px; }}
"""
