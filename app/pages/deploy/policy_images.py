"""What the policy in use sees beside the scene, and on request where it looks."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSlider, QWidget

from app.arm.messages import Tick
from app.jobs.loading import Loaded
from app.pages.deploy.saliency import SaliencyMaps, SaliencyRequest, SaliencyThread, color_table
from app.scene.view import SceneView
from app.studio import Studio
from app.widgets.camera_images import ImagesView, image_of
from app.widgets.controls import Card, column, configure, label, row, set_look, switch
from app.widgets.painted import Painted

IMAGES_KEY, LOOK_KEY = "C", "L"
SMALLEST = 128
"""Least width and height of what stands beside the scene [px]."""
EVERY = 0.25
"""Least time between two frames whose maps are asked for [s]."""
EXPLAINED = (
    "Brightest where a pixel changes the policy head's next commands most. Of this frame alone: "
    "what is remembered is left out."
)


class PolicyImages(QObject):
    """Owns the card of the panel, the images beside the scene, and the thread that looks.

    A policy without cameras has none of this.
    """

    def __init__(self, studio: Studio, scene: SceneView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self._loaded: Loaded | None = None
        self._shown = False
        self._asked = 0.0
        self._sensed: Mapping[str, np.ndarray] | None = None
        settings = studio.settings
        self.images = configure(
            switch(f"Images beside the scene   ({IMAGES_KEY})", settings, "deploy/images"),
            shortcut=IMAGES_KEY,
        )
        self.look = configure(
            switch(f"Where it looks   ({LOOK_KEY})", settings, "deploy/look", default=False),
            shortcut=LOOK_KEY,
        )
        self.opacity = configure(
            QSlider(Qt.Orientation.Horizontal),
            minimum=10,
            maximum=100,
            value=int(str(settings.value("deploy/opacity", 75))),
            accessibleName="Opacity of where it looks",
            toolTip="Opacity",
            focusPolicy=Qt.FocusPolicy.TabFocus,
        )
        self.note = label(EXPLAINED, "caption", wrap=True)
        scale = row(label("less", "caption"), (_Scale(), 1), label("more", "caption"))
        self.explained = QWidget()
        column(scale, self.note, inside=self.explained)
        self.card = Card(
            "What it sees", self.images, row(self.look, (self.opacity, 1)), self.explained
        )
        self.view = ImagesView(smooth=False)
        self.view.setMinimumSize(SMALLEST, SMALLEST)
        self._thread = SaliencyThread(self)
        self._thread.made.connect(self._show_maps)
        self.images.toggled.connect(self._place)
        self.look.toggled.connect(self._look_changed)
        self.opacity.valueChanged.connect(self._look_changed)
        self.opacity.valueChanged.connect(lambda value: settings.setValue("deploy/opacity", value))
        self.use(None)

    def use(self, loaded: Loaded | None) -> None:
        """Another policy is in use."""
        self._loaded = loaded
        sees = loaded is not None and bool(loaded.images)
        self.card.setVisible(sees)
        saliency = loaded.saliency if loaded is not None else None
        self.look.setEnabled(saliency is not None)
        self.look.setToolTip("" if saliency is not None else "Its policy head is not trained.")
        self.view.say("Not driving yet", "Let it drive, and its images appear here.")
        self.view.frames.show_overlays({}, 1.0)
        self._look_changed()
        self._place()

    def show(self, shown: bool) -> None:
        """Whether the page is shown."""
        self._shown = shown
        if shown:
            self._place()
        else:
            self._scene.show_beside(None)

    def take(self, tick: Tick) -> None:
        """Show what was sensed at a control step."""
        loaded, sensed = self._loaded, tick.sensed
        if loaded is None or sensed is None or sensed is self._sensed:
            return
        if not self.view.isVisible():
            return
        self._sensed = sensed
        names = [each.name for each in loaded.images if each.name in sensed]
        self.view.show_images(tuple((name, image_of(sensed[name])) for name in names))
        now = time.monotonic()
        wanted = self.look.isChecked() and tick.state == "running"
        if wanted and loaded.saliency is not None and now - self._asked >= EVERY:
            self._asked = now
            self._thread.ask(SaliencyRequest(loaded.saliency, sensed))

    def close_down(self) -> None:
        """Stop the thread and wait for it."""
        self._thread.close_down()

    @Slot()
    def _place(self) -> None:
        sees = self._loaded is not None and bool(self._loaded.images)
        if self._shown:  # else it is another page's place
            self._scene.show_beside(self.view if sees and self.images.isChecked() else None)

    @Slot()
    def _look_changed(self) -> None:
        """Show the last maps in the present opacity, or none."""
        looks = self.look.isChecked() and self.look.isEnabled()
        self.opacity.setEnabled(looks)
        self.explained.setVisible(looks)
        maps = self.view.frames.overlays if looks else {}
        self.view.frames.show_overlays(maps, self.opacity.value() / 100)
        self._say("")

    @Slot(object)
    def _show_maps(self, found: SaliencyMaps) -> None:
        loaded = self._loaded
        if loaded is None or found.saliency is not loaded.saliency or not self.look.isChecked():
            return  # another policy is in use by now
        self.view.frames.show_overlays(found.maps, self.opacity.value() / 100)
        self._say(found.problem)

    def _say(self, problem: str) -> None:
        self.note.setText(f"Where it looks cannot be shown: {problem}" if problem else EXPLAINED)
        set_look(self.note, "tone", "danger" if problem else "")


class _Scale(Painted):
    """The colours from less to more."""

    def sizeHint(self) -> QSize:
        return QSize(64, 8)

    def draw(self, painter: QPainter) -> None:
        table = color_table()
        strip = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGBA8888)
        painter.drawImage(self.rect(), strip)
