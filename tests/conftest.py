"""How the tests divide among processes."""

from __future__ import annotations

from typing import Final

import pytest

WINDOWS: Final = ("tests/app/", "tests/extension/")
"""Folders with tests that open a window."""


@pytest.hookimpl(optionalhook=True)  # xdist's own: without xdist there is no such hook
def pytest_xdist_make_scheduler(config, log):
    """All tests of windows run in one process: two would take the focus from each other.

    xdist's own groups do nothing with pytest 9.2: github.com/pytest-dev/pytest-xdist/issues/1386.
    """
    from xdist.scheduler import LoadScopeScheduling

    class WindowsTogether(LoadScopeScheduling):
        """Every other test goes to whichever process is free."""

        def _split_scope(self, nodeid: str) -> str:
            return "windows" if nodeid.startswith(WINDOWS) else nodeid

    return WindowsTogether(config, log) if config.getoption("dist") == "load" else None
