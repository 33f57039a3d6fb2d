"""The window as it is put together: what it says when something is missing."""

from __future__ import annotations

import pytest

from app import assemble as assembling
from core.registry import ExtensionProblem

BROKEN = ExtensionProblem("act_jepa_studio.modes", "clever", "a-package", "ImportError: no jax")


@pytest.fixture
def broken_extension(monkeypatch):
    monkeypatch.setattr(assembling, "load_extensions", lambda: None)
    monkeypatch.setattr(assembling, "extension_problems", lambda: (BROKEN,))


@pytest.mark.usefixtures("broken_extension")
def test_an_extension_that_fails_is_named_once_and_everything_else_works(open_window, qtbot):
    opened = open_window()
    bar = opened.window.failure_bar
    qtbot.waitUntil(lambda: bar.isVisible(), timeout=5000)
    assert "The extension 'clever' (modes) of the package a-package was left out" in bar.text
    assert "update or uninstall" in bar.text
    bar.close_current()
    assert bar.isHidden()
    for title in ("Episodes", "Record"):
        opened.window.show_page(title)
        assert opened.window.current is opened.window.pages[title]
