"""The arm as the pages see it: simulation, devices, scene and session, wired together."""

from PySide6.QtCore import QObject, Signal, Slot

from app.arm.filming import Filming
from app.arm.gamepad import Pad
from app.arm.messages import Activate, Tick
from app.arm.operator import Operator
from app.arm.session import Session
from app.arm.simulation import SimulationThread
from app.scene.view import SceneView
from app.studio import Studio

LATE = 0.010
"""Lateness of the control loop that the status bar warns of [s]."""


class Arm(QObject):
    """Owns the simulation thread, the devices and the scene; pages take turns with it."""

    ticked = Signal(object)
    """A control step is done: `Tick`."""
    replay_wanted = Signal(object)
    """An episode is to be shown again: its path."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.studio = studio
        self.session = Session(studio)
        self.scene = SceneView(studio.settings)
        self.operator = Operator(studio.settings, self)
        self.simulation = SimulationThread(self)
        self.filming = Filming(self)
        self.tick: Tick | None = None
        self._ticks = 0
        self.scene.source = lambda: self.simulation.view
        self.operator.azimuth = lambda: self.scene.azimuth
        self.simulation.operator = lambda: self.operator.command
        self.simulation.ticked.connect(self._ticked)
        self.simulation.take_ready.connect(self.session.save)
        self.simulation.failed.connect(studio.fail)
        self.simulation.happened.connect(self._happened)
        self.operator.held_changed.connect(self._show_held)
        self.operator.pad_changed.connect(self._pad_changed)
        self.operator.gamepads.plugged.connect(
            lambda pad: studio.toast(f"{pad.name} is plugged in")
        )
        studio.noise_changed.connect(self._set_noise)
        show = studio.status.emit
        self.scene.fps_changed.connect(lambda fps: show("fps", f"{fps:.0f} fps" if fps else "", ""))
        self.scene.broken.connect(lambda why: studio.fail(f"The scene cannot be drawn: {why}"))
        self.filming.drawn.connect(studio.episodes_changed)
        self.filming.failed.connect(studio.fail)
        self.filming.waiting_changed.connect(
            lambda count: show("images", f"drawing images ({count})" if count else "", "strong")
        )

    def start(self) -> None:
        """Start the loop, the polling and the drawing."""
        self._pad_changed(self.operator.gamepads.current)
        self.simulation.start(SimulationThread.Priority.TimeCriticalPriority)
        self.operator.start()
        self.scene.start()

    def start_activity(self, activity: str, *, driven: bool) -> None:
        """Let the arm do something else; `driven` says whether a person's devices move it there."""
        self.simulation.post(activity, Activate())
        self.operator.keyboard.enabled = driven
        self._show_held()

    def close_down(self) -> None:
        """Stop everything and save what was being recorded."""
        self.operator.close_down()
        leftover = self.simulation.close_down()
        self.scene.free()
        self.filming.close_down()
        for problem in self.session.save_now(leftover):
            self.studio.fail(problem)

    @Slot(object)
    def _ticked(self, tick: Tick) -> None:
        self.tick = tick
        self._ticks += 1
        if self._ticks % 10 == 0:
            timing = tick.timing
            late = timing.lateness_p99
            self.studio.status.emit(
                "control",
                f"control {timing.rate:.1f} Hz, late p99 {1000 * late:.1f} ms",
                "warning" if late > LATE else "",
            )
        self.ticked.emit(tick)

    @Slot(str)
    def _happened(self, event: str) -> None:
        if event == "grasp":
            self.operator.rumble(0.2, 0.6, 0.12)
        elif event == "success":
            self.operator.rumble(0.8, 0.8, 0.35)

    @Slot()
    def _show_held(self) -> None:
        self.scene.banner.show_text(self.operator.held if self.operator.keyboard.enabled else "")

    @Slot(object)
    def _pad_changed(self, pad: Pad | None) -> None:
        text = pad.name if pad is not None else "no gamepad: keyboard drives"
        self.studio.status.emit("pad", text, "strong" if pad is not None else "")

    @Slot(float)
    def _set_noise(self, sigma: float) -> None:
        self.simulation.condition = self.simulation.condition.changed(noise=sigma)
