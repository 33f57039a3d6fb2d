"""Work that must not block the window: files, checkpoints, imports, pictures."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

THREADS = 8
"""Enough that saving an episode waits neither for a checkpoint nor for slow imports."""

Done = Callable[[Any], Any]
Failed = Callable[[BaseException], Any]
W = TypeVar("W")


class Background(QObject):
    """Runs functions on a few threads and hands their results to the thread it lives on.

    Results travel by a queued signal to a slot of this object, so that receivers always run
    on the GUI thread, whatever they are.
    """

    _arrived = Signal(object, object)

    def __init__(self, on_failure: Failed, parent: QObject | None = None) -> None:
        """`on_failure` gets the errors of work that has no receiver of its own for them."""
        super().__init__(parent)
        self.on_failure = on_failure
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="studio-background")
        self._pending = 0
        self._newest: dict[str, int] = {}
        self._closed = threading.Event()
        self._arrived.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether results are outstanding."""
        return self._pending > 0

    def run(
        self, work: Callable[[], Any], done: Done | None = None, failed: Failed | None = None
    ) -> None:
        """Start `work`; must be called on the thread this object lives on."""
        if self._closed.is_set():
            return
        self._pending += 1
        self._pool.submit(self._work, work, done, failed or self.on_failure)

    def run_newest(self, key: str, work: Callable[[], Any], done: Done) -> None:
        """Start `work`, whose result is wanted only if no other of this key was started since."""
        number = self._newest[key] = self._newest.get(key, 0) + 1

        def deliver(result: Any) -> None:
            if self._newest[key] == number:
                done(result)

        self.run(work, deliver)

    def close_down(self) -> None:
        """Let running work end, drop what has not begun to be delivered, and join the threads."""
        self._closed.set()
        self._pool.shutdown(wait=True)

    def _work(self, work: Callable[[], Any], done: Done | None, failed: Failed) -> None:
        receiver: Callable[[Any], Any] | None = done
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 — carried to `failed`, which shows it
            receiver, value = failed, error
        if not self._closed.is_set():
            self._arrived.emit(receiver, value)

    @Slot(object, object)
    def _deliver(self, receiver: Callable[[Any], Any] | None, value: Any) -> None:
        self._pending -= 1
        if receiver is not None and not self._closed.is_set():
            receiver(value)


class Listing(QObject):
    """Reads off the GUI thread, one reading at a time; what is asked meanwhile is read once more.

    `reader()` is called on the GUI thread and gives the function to run in the background;
    `show` gets what that found, on the GUI thread.
    """

    def __init__(
        self,
        background: Background,
        reader: Callable[[], Callable[[], Any]],
        show: Callable[[Any], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._reader = reader
        self._show = show
        self.reading = False
        """Whether what is shown may be out of date."""
        self._again = False

    @Slot()
    def reload(self) -> None:
        """Read, or read once more after the reading that is going on."""
        self._again = self.reading
        if not self.reading:
            self.reading = True
            self._background.run(
                self._reader(),
                lambda found: self._ended(self._show, found),
                lambda error: self._ended(self._background.on_failure, error),
            )

    def _ended(self, receiver: Callable[[Any], object], result: Any) -> None:
        self.reading = False
        try:
            receiver(result)
        finally:
            if self._again:
                self.reload()


class NewestFirst(QThread, Generic[W]):
    """Base of threads with wishes: `run` takes them from `next_wish`, the last one asked first.

    Starts at the first wish. Of more than `kept` that wait, the oldest are forgotten.
    """

    def __init__(self, name: str, kept: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._kept = kept
        self._wishes: OrderedDict[W, None] = OrderedDict()
        self._change = threading.Condition()
        self.stopping = False

    def ask(self, wish: W) -> None:
        """Do this next."""
        with self._change:
            self._wishes[wish] = None
            self._wishes.move_to_end(wish)
            while len(self._wishes) > self._kept:
                self._wishes.popitem(last=False)
            self._change.notify()
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def close_down(self) -> None:
        """Stop after what is being done, and wait for the thread."""
        with self._change:
            self.stopping = True
            self._change.notify()
        self.wait()

    def next_wish(self, patience: float | None = None) -> W | None:
        """The next wish, waited for; None after `patience` [s], or when the thread is to end."""
        with self._change:
            self._change.wait_for(lambda: self.stopping or bool(self._wishes), patience)
            nothing = self.stopping or not self._wishes
            return None if nothing else self._wishes.popitem(last=True)[0]
