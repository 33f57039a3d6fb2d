"""What the policy to be trained senses: state, cameras, cameras and force."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.widgets.controls import Card, button, chooser, configure, grid, label, offer, row
from core.learning import EncoderConfiguration
from core.learning.senses import image_senses
from core.spec import IMAGE_SIZES

CHOICES = {
    ("state",): ("State", "True positions of the arm, of objects and of the goal; no images."),
    ("cameras",): ("Cameras", "Camera images, and where the hand is and how far it is open."),
    ("cameras+force",): (
        "Cameras and force",
        "The same, and the last forces and torques at the wrist.",
    ),
}
"""Title and explanation of each choice of `EncoderConfiguration.senses`."""
GOALS = {
    "given": ("given as a position", "The policy is given the position of the goal."),
    "seen": ("seen in the images", "The policy has to find the marker of the goal in its images."),
}
"""The same of the goal."""


class SensesCard(Card):
    """The choice of senses and, of cameras, of the goal and the size of the images."""

    changed = Signal()
    """Something else was chosen here by a person."""

    def __init__(self) -> None:
        self.buttons = QButtonGroup()
        made = [configure(button(title), checkable=True) for title, _ in CHOICES.values()]
        for number, each in enumerate(made):
            self.buttons.addButton(each, number)
        self.text = label("", "muted", wrap=True)
        self.goal_box = chooser(name="Goal")
        offer(self.goal_box, [(title, name) for name, (title, _) in GOALS.items()])
        self.size_box = chooser(6, name="Size of the images")
        offer(self.size_box, [(f"{size} px", size) for size in IMAGE_SIZES])
        self.size_box.setToolTip("Width and height of the images of all cameras")
        self.of_cameras = QWidget()
        grid(
            ("goal", self.goal_box),
            ("images", self.size_box),
            spacing=(16, 8),
            stretch=(0, 1),
            inside=self.of_cameras,
        )
        choices = row(*((each, 1) for each in made), spacing=4)
        super().__init__("Senses", choices, self.text, self.of_cameras)
        self.buttons.setParent(self)
        self.senses: tuple[str, ...] = ("state",)
        """What is chosen: a key of `CHOICES`, or names of fields that were entered elsewhere."""
        self.buttons.idClicked.connect(self._clicked)
        self.goal_box.activated.connect(self._chosen)
        self.size_box.activated.connect(self._chosen)
        self.show_encoder(EncoderConfiguration())

    @property
    def sees(self) -> bool:
        """Whether cameras are sensed."""
        return image_senses(self.senses)

    def of(self, encoder: EncoderConfiguration) -> EncoderConfiguration:
        """The encoder with what is chosen here."""
        return replace(
            encoder,
            senses=self.senses,
            goal=self.goal_box.currentData(),
            image_size=self.size_box.currentData(),
        )

    def show_encoder(self, encoder: EncoderConfiguration) -> None:
        """Show what an encoder senses; emits nothing."""
        self.show_senses(encoder.senses)
        for box, value in ((self.goal_box, encoder.goal), (self.size_box, encoder.image_size)):
            box.setCurrentIndex(box.findData(value))
        self._explain()

    def show_senses(self, senses: tuple[str, ...]) -> None:
        """Show other senses; emits nothing."""
        self.senses = senses
        with QSignalBlocker(self.buttons):
            self.buttons.setExclusive(False)  # none is checked where fields are named one by one
            for each, choice in zip(self.buttons.buttons(), CHOICES, strict=True):
                each.setChecked(choice == senses)
            self.buttons.setExclusive(True)
        self.of_cameras.setVisible(self.sees)
        self._explain()

    @Slot(int)
    def _clicked(self, number: int) -> None:
        self.show_senses(tuple(CHOICES)[number])
        self.changed.emit()

    @Slot()
    def _chosen(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        named = f"Fields as entered in all settings: {', '.join(self.senses)}."
        text = CHOICES[self.senses][1] if self.senses in CHOICES else named
        if self.sees:
            text += " " + GOALS[str(self.goal_box.currentData())][1]
        self.text.setText(text)
