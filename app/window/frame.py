"""The window: a rail of pages, the scene or plots in the middle, docks around, a status bar."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from app.studio import Studio
from app.theme.stylesheet import SEPARATORS
from app.theme.theme import current_theme, palette
from app.widgets.controls import column, configure, label, row
from app.widgets.gradually import Gradually
from app.window.failure_bar import FailureBar
from app.window.menu import WindowMenu
from app.window.page import Page
from app.window.panel_scroll import PanelScroll
from app.window.rail import Rail
from app.window.status_bar import StatusBar
from app.window.styles import Styles
from app.window.toast import Toast

RIGHT, BOTTOM = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
PANEL_WIDTH = 392
"""Width of the right dock at the first start [px]."""
STRIP_HEIGHT = 176
"""Height of the bottom dock at the first start [px]."""
POLISHED = 40
"""Widgets of a page that is being built which get their style in one turn of the event loop."""
LAYOUT_VERSION = 2
"""Stored layouts of another version are not restored."""


@dataclass(frozen=True)
class PageMaker:
    """A page that is built when the window has time for it, or at once when it is chosen."""

    title: str
    """As in the rail."""
    icon: str
    """As in the rail."""
    make: Callable[[], Page]
    """Builds the page on the GUI thread."""
    prepare: Callable[[], object] | None = None
    """Slow imports, done off the GUI thread before `make`."""


class Window(QMainWindow):
    """Owns the places of the window and moves the widgets of the chosen page into them."""

    focus_changed = Signal(bool)
    """Whether the window is the active one."""
    closing = Signal()
    """The window is about to stop everything."""
    first_shown = Signal()
    """The window has come up; slow preparations may begin."""

    def __init__(self, studio: Studio, scene: QWidget, makers: Sequence[PageMaker]) -> None:
        super().__init__()
        self.setWindowTitle("ACT-JEPA Studio")
        self.studio = studio
        self.scene = scene
        self.makers = tuple(makers)
        self.pages: dict[str, Page] = {}
        self.current_title = ""
        """Title of the chosen page, also while it is still being prepared."""
        self.current: Page | None = None
        """The page that is shown; None before the first."""
        self._scrolls: dict[Page, PanelScroll] = {}
        self._begun: set[str] = set()
        self._building: dict[str, Gradually] = {}
        self._came_up = False
        self.styles = Styles(self)
        self.rail = Rail()
        self.status_bar = StatusBar()
        self.inner = QMainWindow()
        self.inner.setWindowFlags(Qt.WindowType.Widget)
        self.inner.setDockNestingEnabled(True)
        self.inner.setStyleSheet(SEPARATORS)
        # Controls get the whole height, curves only the width of what they are below.
        self.inner.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.inner.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.middle = QWidget()
        _fill(self.middle)
        self.failure_bar = FailureBar()
        self.center = QStackedWidget()
        self.center.addWidget(scene)
        column(self.failure_bar, (self.center, 1), spacing=0, inside=self.middle)
        self.inner.setCentralWidget(self.middle)
        self.toast = Toast(self.middle)
        self.panel = QStackedWidget()
        self.strip = QStackedWidget()
        self.panel_dock = self._dock("panel", self.panel)
        self.strip_dock = self._dock("strip", self.strip)
        outer = QWidget()
        main = row(self.rail, (self.inner, 1), spacing=0)
        column((main, 1), self.status_bar, spacing=0, inside=outer)
        self.setCentralWidget(outer)
        for number, maker in enumerate(self.makers, 1):
            self.rail.add_page(maker.title, maker.icon, f"Ctrl+{number}")
        self.menu = WindowMenu(self, studio, self.rail, self.reset_layout)
        self.styles.add(self.rail, self.status_bar, self.failure_bar, self.toast)
        self.styles.add(self.scene, self.menu.menu)
        self._connect()
        self._restore()

    @Slot(str)
    def show_page(self, title: str) -> None:
        """Choose a page by its title; one that needs slow imports appears when they are done."""
        titles = [maker.title for maker in self.makers]
        if title not in titles:
            raise KeyError(f"no page {title!r}; pages: {', '.join(titles)}")
        self.current_title = title
        self.rail.set_current(titles.index(title))
        if title in self.pages:
            self._place(self.pages[title])
        else:
            maker = self.makers[titles.index(title)]
            self._prepare(maker)
            if maker.prepare is None:
                self._building[title].finish()

    def prepare_pages(self) -> None:
        """Build every page that is not there yet step by step, after slow imports in background."""
        for maker in self.makers:
            self._prepare(maker)

    def reset_layout(self) -> None:
        """Put the docks where they were at the very first start."""
        for dock, area in ((self.panel_dock, RIGHT), (self.strip_dock, BOTTOM)):
            dock.setFloating(False)
            self.inner.addDockWidget(area, dock)
        self.panel_dock.show()
        self._show_strip()
        self.inner.resizeDocks([self.panel_dock], [PANEL_WIDTH], Qt.Orientation.Horizontal)
        self.inner.resizeDocks([self.strip_dock], [STRIP_HEIGHT], Qt.Orientation.Vertical)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._came_up:
            self._came_up = True
            self.first_shown.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.focus_changed.emit(self.isActiveWindow())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout, then stop every thread and wait for it."""
        settings = self.studio.settings
        settings.setValue("window/geometry", self.saveGeometry())
        settings.setValue("window/docks", self.inner.saveState(LAYOUT_VERSION))
        settings.setValue("window/page", self.current_title)
        for building in self._building.values():
            building.finish()
        self._leave()
        for page in self.pages.values():
            page.close_down()
        self.closing.emit()
        self.studio.close_down()
        super().closeEvent(event)

    def _dock(self, name: str, content: QWidget) -> QDockWidget:
        dock = configure(QDockWidget(self.inner), objectName=name)
        content.setObjectName(name)
        _fill(content)
        # Not closable: a dock that is gone leaves a page without its controls.
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        title = label(
            "",
            "dockTitle",
            tip="Drag to another side; double-click to take it out of the window",
        )
        self.styles.add(title)
        dock.setTitleBarWidget(title)
        dock.windowTitleChanged.connect(title.setText)
        dock.setWidget(content)
        return dock

    def _connect(self) -> None:
        studio = self.studio
        self.rail.chosen.connect(self.show_page)
        studio.status.connect(self.status_bar.show_entry)
        studio.toast_shown.connect(self.toast.show_text)
        studio.failure_shown.connect(self.failure_bar.show_failure)
        studio.theme_changed.connect(self._theme_changed)
        studio.page_wanted.connect(self.show_page)
        studio.status.emit("noise", f"σ {studio.noise:.2f}", "")

    def _restore(self) -> None:
        settings = self.studio.settings
        self.resize(1280, 832)
        self.reset_layout()
        if isinstance(geometry := settings.value("window/geometry"), QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(docks := settings.value("window/docks"), QByteArray):
            self.inner.restoreState(docks, LAYOUT_VERSION)

    def _prepare(self, maker: PageMaker) -> None:
        if maker.title in self._begun:
            return
        self._begun.add(maker.title)
        if maker.prepare is None:
            self._build(maker)
        else:
            self.studio.background(
                maker.prepare,
                lambda _: self._build(maker),
                lambda error: self._preparation_failed(maker, error),
            )

    def _build(self, maker: PageMaker) -> None:
        self._building[maker.title] = Gradually(self._steps(maker), self)

    def _steps(self, maker: PageMaker) -> Iterator[None]:
        """Makes, styles and measures a page, and shows it if it is still wanted."""
        page = maker.make()
        page.hide()
        page.setParent(self)
        page.middle_changed.connect(self._show_middle)
        yield
        scroll = self._scrolls[page] = PanelScroll(page.panel)
        self.styles.add(scroll)
        yield
        # Nothing of a panel is ever cut off: the dock is at least as wide as its widest page.
        for number, child in enumerate(page.panel.findChildren(QWidget)):
            child.ensurePolished()  # or it would be measured in another font
            if number % POLISHED == POLISHED - 1:
                yield
        bar = scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumWidth(page.panel.minimumSizeHint().width() + bar)
        self.panel.addWidget(scroll)
        yield
        if page.strip is not None:
            self.styles.add(page.strip)
            self.strip.addWidget(page.strip)
            yield
        if page.center is not None:
            self.styles.add(page.center)
            self.center.addWidget(page.center)
            yield
        self.pages[maker.title] = page
        if self.current_title == maker.title:
            self._place(page)

    def _preparation_failed(self, maker: PageMaker, error: BaseException) -> None:
        self._begun.discard(maker.title)
        self.studio.fail(
            f"The page {maker.title} cannot be opened: {error}. "
            "Set the program up again (make setup) and restart it.",
            error,
        )

    def _place(self, page: Page) -> None:
        if page is self.current:
            return
        self._leave()
        self.current = page
        page.shown = True
        for part in (self._scrolls[page], page.strip, page.center):
            if part is not None:
                self.styles.ensure(part)
        self.panel.setCurrentWidget(self._scrolls[page])
        self.panel_dock.setWindowTitle(self.current_title)
        self._show_middle()
        if page.strip is not None:
            self.strip.setCurrentWidget(page.strip)
            self.strip_dock.setWindowTitle(page.strip.windowTitle() or "Timeline")
        self._show_strip()
        page.activated()

    def _leave(self) -> None:
        if self.current is not None:
            self.current.shown = False
            self.current.deactivated()
            self.current = None

    @Slot()
    def _show_middle(self) -> None:
        page = self.current
        instead = None if page is None or page.shows_scene else page.center
        self.center.setCurrentWidget(instead or self.scene)

    def _show_strip(self) -> None:
        """The bottom dock is there exactly while the page has something for it."""
        self.strip_dock.setVisible(self.current is not None and self.current.strip is not None)

    @Slot()
    def _theme_changed(self) -> None:
        for filled in (self.middle, self.panel, self.strip):
            # Below a style sheet they do not follow by themselves.
            filled.setPalette(palette(current_theme()))
        self.setUpdatesEnabled(False)  # no one is to see a window of two themes
        self.styles.change(lambda: self.setUpdatesEnabled(True))


def _fill(widget: QWidget) -> None:
    """Paint a widget's background as a panel, by the palette: no style sheet reaches there."""
    widget.setBackgroundRole(QPalette.ColorRole.AlternateBase)
    widget.setAutoFillBackground(True)
