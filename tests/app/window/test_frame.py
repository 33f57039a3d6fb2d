"""The window itself: themes, what is remembered, messages, focus, its widgets' sizes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.theme.theme import DARK, LIGHT, THEMES, Themed, apply_theme, current_theme
from app.widgets.gradually import Gradually
from app.window.styles import Styles


def changing(window):
    """Whether some part of the window still has to get the theme."""
    return any(not change.done for change in window.styles.findChildren(Gradually))


def test_the_theme_changes_everywhere_and_is_remembered(open_window, qtbot):
    first = open_window()
    assert current_theme() is DARK
    first.window.menu.toggle_theme()
    assert current_theme() is LIGHT
    qtbot.waitUntil(lambda: not changing(first.window), timeout=5000)
    colour = first.window.grab().toImage().pixelColor(4, 4)
    assert colour.lightness() > 200, "the rail has become light"
    first.window.close()
    open_window()
    assert current_theme() is LIGHT


def test_page_layout_and_task_come_back_at_the_next_start(open_window):
    first = open_window()
    record = first.window.pages["Record"]
    record.task.setCurrentIndex(record.task.findData("push"))
    record.task.activated.emit(record.task.currentIndex())
    first.window.inner.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, first.window.panel_dock)
    first.window.show_page("Episodes")
    first.window.close()
    second = open_window()
    assert second.window.current_title == "Episodes"
    area = second.window.inner.dockWidgetArea(second.window.panel_dock)
    assert area == Qt.DockWidgetArea.LeftDockWidgetArea
    second.window.show_page("Record")
    assert second.window.pages["Record"].task.currentData() == "push"


def test_a_page_shown_while_the_theme_changes_is_never_of_the_old_one(open_window, qtbot):
    window = open_window().window
    window.show_page("Episodes")
    window.show_page("Record")
    window.menu.toggle_theme()
    assert changing(window), "hidden pages are left for later"
    window.show_page("Episodes")
    field = window.pages["Episodes"].controls.filter.text
    assert field.grab().toImage().pixelColor(40, 6).lightness() > 200
    qtbot.waitUntil(lambda: not changing(window), timeout=5000)
    assert window.updatesEnabled()


def test_two_changes_in_a_row_end_with_the_second(open_window, qtbot):
    window = open_window().window
    window.menu.toggle_theme()
    window.menu.toggle_theme()
    qtbot.waitUntil(lambda: not changing(window), timeout=5000)
    assert window.updatesEnabled()
    assert window.grab().toImage().pixelColor(4, 4).lightness() < 60


class Remembers(QWidget, Themed):
    """Keeps a colour of the theme, as the pens of a plot do."""

    kept = ""

    def apply_theme(self):
        self.kept = current_theme().name


@pytest.mark.usefixtures("qapp")
def test_a_widget_that_keeps_something_of_a_theme_gets_it_with_its_part():
    styles, part, hidden = Styles(), QWidget(), QWidget()
    inside = Remembers(QWidget(part))
    later = Remembers(hidden)
    apply_theme(DARK)
    styles.add(part, hidden)
    assert inside.kept == later.kept == "dark"
    apply_theme(LIGHT)
    styles.ensure(part)
    assert (inside.kept, later.kept) == ("light", "dark")
    styles.ensure(hidden)
    assert later.kept == "light"
    apply_theme(DARK)


class WindowWatch(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def eventFilter(self, watched, event):
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if shown and watched.isWindow():
            self.seen.append((type(watched).__name__, watched.toolTip(), watched))
        return False


def test_building_the_pages_shows_no_window_of_its_own(open_window, qapp, qtbot):
    """A widget shown before it has a place flashes up and takes the focus from the arm."""
    watch = WindowWatch()
    qapp.installEventFilter(watch)
    assembled = open_window()
    window = assembled.window
    window.prepare_pages()
    qtbot.waitUntil(lambda: len(window.pages) == len(window.makers), timeout=60000)
    for maker in window.makers:
        window.show_page(maker.title)
        qtbot.wait(50)
    qapp.removeEventFilter(watch)
    assert [seen for seen in watch.seen if seen[-1] is not window] == []
    assert window.failure_bar.text == ""


def test_pages_are_built_in_small_steps_and_at_once_when_one_is_chosen(studio_window, qtbot):
    window = studio_window.window
    window.prepare_pages()
    assert "Episodes" not in window.pages
    window.show_page("Episodes")
    assert window.current is window.pages["Episodes"]
    qtbot.waitUntil(lambda: len(window.pages) == len(window.makers), timeout=60000)
    assert window.current is window.pages["Episodes"], "building others shows none of them"
    assert all(building.done for building in window._building.values())


def test_a_window_closes_while_a_page_is_being_built(studio_window):
    window = studio_window.window
    window.prepare_pages()
    window._building["Episodes"]._step()
    window.close()
    assert "Episodes" in window.pages, "what it has started is there to be stopped"


def test_keys_are_watched_only_where_they_drive(studio_window, monkeypatch):
    window, keyboard = studio_window.window, studio_window.arm.operator.keyboard
    seen = []
    monkeypatch.setattr(keyboard, "eventFilter", lambda *_: bool(seen.append(1)))
    window.show_page("Episodes")
    seen.clear()
    QApplication.processEvents()
    assert not seen
    window.show_page("Record")
    window.resize(1000, 700)
    QApplication.processEvents()
    assert seen


def test_failures_stay_until_closed_and_none_is_lost(studio_window):
    studio, bar = studio_window.studio, studio_window.window.failure_bar
    studio.fail("The first thing failed.", "with details")
    studio.fail("The second thing failed.")
    studio.fail("The second thing failed.")
    assert bar.isVisible()
    assert bar.text == "The first thing failed."
    assert bar.details == "with details"
    bar.close_current()
    assert bar.text == "The second thing failed."
    bar.close_current()
    assert not bar.isVisible()


def test_a_toast_carries_one_action(studio_window, qtbot):
    done = []
    studio_window.studio.toast("Discarded", "Undo", lambda: done.append(True))
    toast = studio_window.window.toast
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert done == [True]
    assert not toast.isVisible()


def test_what_background_work_raises_is_said(studio_window, qtbot):
    def work():
        raise OSError("the disk is full")

    studio_window.studio.background(work, lambda _: None)
    bar = studio_window.window.failure_bar
    qtbot.waitUntil(lambda: "the disk is full" in bar.text, timeout=3000)
    assert "Traceback" in bar.details


def test_keys_typed_into_a_field_do_not_drive(studio_window, qtbot):
    page = studio_window.window.pages["Record"]
    arm = studio_window.arm
    line = QLineEdit(page.panel)
    line.show()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus, timeout=2000)
    qtbot.keyPress(line, Qt.Key.Key_W)
    arm.operator.poll()
    assert not arm.operator.command.active
    assert line.text() == "w"
    qtbot.keyRelease(line, Qt.Key.Key_W)


def test_another_workspace_is_opened_and_remembered(studio_window, tmp_path, settings):
    other = tmp_path / "other"
    studio_window.studio.open_workspace(other)
    assert studio_window.studio.workspace.root == other
    assert settings.value("workspace") == str(other)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_can_be_read_in_both_themes(theme):
    """WCAG AA: at least 4.5 to 1 for text, on every background that it stands on."""
    for text in ("text", "muted", "accent", "good", "warning", "danger"):
        for ground in ("panel", "background"):
            assert contrast(theme.color(text), theme.color(ground)) >= 4.5, (text, ground)
    assert contrast(theme.color("on_accent"), theme.color("accent")) >= 4.5


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(v) for v in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
