"""Colours, sizes and fonts of the window, and the theme that is shown.

Whatever paints asks `current_theme` while it paints, and so do icons: they follow by being painted
again. A widget that keeps something made from a theme, such as the pens of a plot, is `Themed`: the
window calls its `apply_theme` together with the style sheet of its part.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

OKABE_ITO: tuple[str, ...] = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#000000",
)
"""Colours that remain apart for colour-blind eyes (Okabe and Ito, 2008)."""

STYLE = "fusion"
"""Qt's style that looks the same everywhere and lets itself be coloured."""

FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Ubuntu", "Cantarell", "DejaVu Sans")


@dataclass(frozen=True)
class Theme:
    """One set of colours; sizes and fonts are the same in all."""

    name: str
    """"dark" or "light"."""
    background: str
    """Behind everything."""
    panel: str
    """Panels, strips and the rail."""
    raised: str
    """Buttons and fields."""
    hover: str
    """Buttons and rows under the pointer."""
    line: str
    """Borders and separators."""
    text: str
    """What is to be read first."""
    muted: str
    """Labels, units, axes."""
    faint: str
    """Disabled text, placeholders."""
    accent: str
    """The one accent: what to press next, what is chosen, focus."""
    on_accent: str
    """Text on the accent."""
    accent_soft: str
    """Chosen rows: the accent as a background under normal text."""
    good: str
    """Success; always with a word or sign."""
    warning: str
    """Needs attention; always with a word or sign."""
    danger: str
    """Failure and recording; always with a word or sign."""
    danger_soft: str
    """Background of the failure bar."""
    warning_soft: str
    """Background of the hold banner."""
    plot_background: str
    """Behind curves."""
    series: tuple[str, ...]
    """Curve colours in order: Okabe-Ito, arranged and, where needed, lifted for this background."""
    small: int = 12
    """Labels and units [px]."""
    body: int = 14
    """Everything else [px]."""
    title: int = 20
    """Page titles and large numbers [px]."""

    @property
    def dark(self) -> bool:
        """Whether text is light on dark."""
        return self.name == "dark"

    def color(self, role: str) -> QColor:
        """The colour of a role by its name, such as `accent`."""
        return QColor(getattr(self, role))

    def series_color(self, index: int) -> QColor:
        """The colour of curve `index`; -1 is the text colour, for the sum of the others."""
        return QColor(self.text if index < 0 else self.series[index % len(self.series)])

    def font(self, size: str = "body", *, bold: bool = False) -> QFont:
        """The font of a size ("small", "body", "title") with figures of one width."""
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPixelSize(int(getattr(self, size)))
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font


DARK = Theme(
    name="dark",
    background="#101317",
    panel="#181c22",
    raised="#242a33",
    hover="#2e3641",
    line="#323a46",
    text="#e9edf2",
    muted="#9fabba",
    faint="#667180",
    accent="#56b4e9",
    on_accent="#07202f",
    accent_soft="#1d3a4c",
    good="#3cc99a",
    warning="#f0b432",
    danger="#ff8352",
    danger_soft="#45251a",
    warning_soft="#40330f",
    plot_background="#12161b",
    series=(
        "#56B4E9",
        "#E69F00",
        "#2FBF94",
        "#D98BB5",
        "#F0E442",
        "#F0743A",
        "#9C8CF0",
        "#C9D1DB",
    ),
)

LIGHT = Theme(
    name="light",
    background="#eef1f4",
    panel="#f8f9fb",
    raised="#ffffff",
    hover="#eaeff4",
    line="#ccd3dc",
    text="#171c22",
    muted="#55616f",
    faint="#8f9aa7",
    accent="#0072b2",
    on_accent="#ffffff",
    accent_soft="#d3e8f5",
    good="#00775a",
    warning="#8a5a00",
    danger="#b84300",
    danger_soft="#fbe3d8",
    warning_soft="#fdf0cf",
    plot_background="#ffffff",
    series=(
        "#0072B2",
        "#D98A00",
        "#009E73",
        "#B85F92",
        "#B3A400",
        "#D55E00",
        "#6650C4",
        "#2B333C",
    ),
)

THEMES: dict[str, Theme] = {"dark": DARK, "light": LIGHT}


def get_theme(name: object) -> Theme:
    """The theme of that name, or the dark one if there is none such (a setting may be stale)."""
    return THEMES.get(str(name), DARK)


def palette(theme: Theme) -> QPalette:
    """The palette for everything that the style sheet does not reach."""
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.background,
        roles.WindowText: theme.text,
        roles.Base: theme.raised,
        roles.AlternateBase: theme.panel,
        roles.Text: theme.text,
        roles.PlaceholderText: theme.faint,
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.danger,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.on_accent,
        roles.Link: theme.accent,
        roles.Mid: theme.line,
        roles.Accent: theme.accent,
    }
    made = QPalette()
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.color("faint"))
    return made


_current = DARK


def current_theme() -> Theme:
    """The theme that the window shows; one for the whole application, as its palette is."""
    return _current


def apply_theme(theme: Theme) -> None:
    """Make `theme` the current one, and give the application its style, colours and font.

    Style and font are set only where they differ: each would polish every widget once more.
    """
    global _current
    _current = theme
    if QApplication.style().name() != STYLE:
        QApplication.setStyle(STYLE)
    if QApplication.font() != theme.font():
        QApplication.setFont(theme.font())
    QApplication.setPalette(palette(theme))


class Themed:
    """A widget that keeps something made from a theme, such as the pens of a plot."""

    def apply_theme(self) -> None:
        """Make it again, from `current_theme`."""
        raise NotImplementedError


def icon(name: str, role: str = "text") -> QIcon:
    """An icon of the one icon set, such as `ph.record`, in the colour of a role of any theme."""
    return QIcon(_Glyph(name, role))


class _Glyph(QIconEngine):
    """A letter of the icon font in the colours of the current theme."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        import qtawesome

        role = "faint" if mode == QIcon.Mode.Disabled else self._role
        painter.save()
        painter.setPen(_current.color(role))
        painter.setFont(qtawesome.font(self._name.split(".")[0], round(0.875 * rect.height())))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, qtawesome.charmap(self._name))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _Glyph(self._name, self._role)
