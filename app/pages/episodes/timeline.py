"""The timeline of an episode: scrub, play, see what was done, mark what to keep, cut."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.pages.episodes.track import Track
from app.theme.theme import Themed, current_theme, icon
from app.widgets.controls import button, column, configure, label, row, tool
from core.data import Episode, idle_ends

CAMERAS_KEY = "C"
"""Key that shows and hides the cameras."""


class Timeline(QWidget, Themed):
    """Play button, track and time, and the buttons that cut the episode."""

    play_wanted = Signal(bool)
    """Play (True) or pause (False) was pressed."""
    scrubbed = Signal(int)
    """The playhead was moved to this step."""
    trim_wanted = Signal(int, int)
    """Keep from this step to before that one."""
    split_wanted = Signal(int)
    """Make two episodes, the second from this step on."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Timeline")
        self._episode: Episode | None = None
        self._playing = False
        self._editable = False
        self.play = tool("ph.play-fill", "Play", kind="")
        self.play.setFixedSize(40, 40)
        self.cameras = configure(
            tool(
                "ph.video-camera",
                f"What the cameras saw, beside the scene ({CAMERAS_KEY})",
                kind="",
            ),
            checkable=True,
            shortcut=CAMERAS_KEY,
        )
        self.track = Track()
        self._time = configure(
            label(),
            minimumWidth=104,
            alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        )
        self._legend = label("", "caption")
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.idle = button(
            "Mark motion",
            self._mark_motion,
            kind="small",
            tip="Mark the steps from the first to the last motion",
        )
        self.trim = button(
            "Trim",
            lambda: self.trim_wanted.emit(*self.track.range),
            kind="small",
            tip="First drag the ends of the timeline, or press [ and ] at the playhead",
        )
        self.split = button(
            "Split",
            lambda: self.split_wanted.emit(self.track.step),
            kind="small",
            tip="Make two episodes; the second begins at the playhead",
        )
        line = row(self.play, (self.track, 1), self._time, self.cameras, spacing=16)
        foot = row((self._legend, 1), self.idle, self.trim, self.split)
        column((line, 1), foot, spacing=4, margins=(16, 8, 16, 8), inside=self)
        self.play.clicked.connect(lambda: self.play_wanted.emit(not self._playing))
        self.track.scrubbed.connect(self.scrubbed)
        self.track.range_changed.connect(self._offer)
        self.show_episode(None)

    def show_episode(self, episode: Episode | None) -> None:
        """Show another episode from its start; None shows what to do."""
        self._episode = episode
        self.track.show_episode(episode)
        self.play.setEnabled(episode is not None)
        self.show_state(0, False)
        self.apply_theme()

    def set_editable(self, editable: bool) -> None:
        """Whether the episode may be cut; samples may not."""
        self._editable = editable
        self._offer()

    def show_state(self, step: int, playing: bool) -> None:
        """Show where the replay is and whether it runs."""
        self._playing = playing
        self.track.set_step(step)
        self._offer()
        self.play.setIcon(icon("ph.pause-fill" if playing else "ph.play-fill"))
        self.play.setToolTip("Pause" if playing else "Play")
        if self._episode is None:
            self._time.setText("")
            return
        rate = self._episode.info.control_rate
        self._time.setText(f"{(step + 1) / rate:.2f} / {len(self._episode) / rate:.2f} s")

    def apply_theme(self) -> None:
        theme = current_theme()
        if self._episode is None:
            self._legend.setText("Choose an episode in the list to replay it.")
            self._legend.setToolTip("")
            return

        def named(colour: str, text: str) -> str:
            return f'<span style="color:{colour}">━</span> {text}'

        names: dict[str, list[str]] = {}
        lanes = self.track.lanes
        for lane in lanes:
            for number, (name, _) in enumerate(lane.curves if lane.explained else ()):
                colour = theme.series[(lane.color + number) % len(theme.series)]
                names.setdefault(colour, []).append(name)
        entries = [named(colour, ", ".join(texts)) for colour, texts in names.items()]
        if lanes and lanes[-1].title == "Distance":
            entries.append(f"distance 0 to {lanes[-1].high:.2f} m")
        entries.append(named(theme.good, "success holds"))
        if self._episode.interventions.any():
            entries.append(named(theme.warning, "person in control"))
        hidden = len(self._episode.observations) - sum(not lane.explained for lane in lanes)
        if not self._episode.info.simulated and hidden:
            # first: what comes last is cut off where names are many
            entries.insert(0, f"{hidden} of {len(self._episode.observations)} fields not shown")
        self._legend.setText("&nbsp;&nbsp; ".join(entries))
        self._legend.setToolTip(self._legend.text())  # long names do not fit

    @Slot()
    def _offer(self) -> None:
        """Only what would change something can be pressed, and it says what it would do."""
        length = len(self._episode) if self._episode is not None else 0
        start, stop = self.track.range
        marked = length > 0 and (start, stop) != (0, length)
        self.trim.setEnabled(self._editable and marked)
        self.trim.setText(f"Trim to {stop - start} steps" if marked else "Trim")
        self.split.setEnabled(self._editable and 0 < self.track.step < length)
        self.idle.setEnabled(self._editable and length > 1)

    def _mark_motion(self) -> None:
        if self._episode is not None:
            self.track.set_range(*idle_ends(self._episode))
