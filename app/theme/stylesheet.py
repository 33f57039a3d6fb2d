"""The style sheet of all controls: `window.qss` in the colours of a theme.

`app.window.styles` gives it to the parts of the window.
"""

from dataclasses import asdict
from pathlib import Path
from string import Template

from app.theme.theme import Theme

SOURCE = Path(__file__).with_name("window.qss")
ICONS = Path(__file__).resolve().parents[1] / "icons"


def stylesheet(theme: Theme) -> str:
    """The whole style sheet of the window in the colours of `theme`."""
    icons = {
        f"icon_{path.stem}": f'url("{path.as_posix()}")'
        for path in (ICONS / theme.name).glob("*.svg")
    }
    return Template(SOURCE.read_text()).substitute(asdict(theme), **icons)


SEPARATORS = """
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: rgba(86, 180, 233, 96); }
"""
"""The handles between docks, one look for every theme: a change would reach all that is docked."""
