"""Opens the window, turns to every page, and prints each text that it offers.

python look.py WORKSPACE
"""

import os
import sys
import time
from pathlib import Path

if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel

from app.assemble import assemble
from app.scene.gl import surface_format

workspace = Path(sys.argv[1])
QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
QSurfaceFormat.setDefaultFormat(surface_format())
application = QApplication(sys.argv[:1])
settings = QSettings(str(workspace / "settings.ini"), QSettings.Format.IniFormat)
assembled = assemble(workspace, settings, warm_up=False)
assembled.window.show()


def offered() -> set[str]:
    """Texts of all controls that there are."""
    texts = set()
    for widget in application.allWidgets():
        if isinstance(widget, QComboBox):
            texts |= {widget.itemText(i) for i in range(widget.count())}
        elif isinstance(widget, QAbstractButton | QLabel):
            texts.add(widget.text())
    return texts


for page, built_in in (("Record", "Push"), ("Deploy", "Nearest"), ("Compare", "Lost frames")):
    assembled.window.show_page(page)
    end = time.monotonic() + 40
    while built_in not in offered() and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
sys.stdout.write("\n".join(sorted(offered() - {""})))
assembled.window.close()
