"""A limited process that opens foreign files, and dies of them in place of this one."""

import contextlib
import json
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np

from core.closing import Closing
from core.data.vetted.limits import ending_of, start_child
from core.data.vetted.messages import read_message


class ChildEndedError(Exception):
    """The child gives no answer that can be used.

    Its text is the rest of a sentence about the file: "crashed its reader (signal 11)".
    """


class Child(Closing):
    """Takes requests, a line of JSON each, and answers with messages. Owns the process.

    Raises :class:`StorageError` if it cannot be started. Not safe to use from two threads at once.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """`command`: what Python runs; where it opens foreign files it calls
        :func:`limit_this_process` itself. `environment`: as of :func:`start_child`."""
        self.process = start_child(command, environment)

    def ask(self, request: Any) -> None:
        """Send a request; whether the child lives to answer it is for :meth:`receive` to say."""
        with contextlib.suppress(OSError):
            _pipe(self.process.stdin).write(json.dumps(request).encode() + b"\n")
            _pipe(self.process.stdin).flush()

    def receive(self, seconds: float | None) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The next message; a child that is silent for `seconds` is killed (None: never).

        Raises :class:`ChildEndedError` for a child that dies, is late or answers nonsense.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(threading.TIMEOUT_MAX if seconds is None else seconds, give_up)
        timer.start()
        try:
            return read_message(_pipe(self.process.stdout))
        except EOFError as error:
            how = "kept its reader busy for too long" if late.is_set() else ending_of(self.process)
            raise ChildEndedError(how) from error
        except ValueError as error:
            raise ChildEndedError("made its reader answer nonsense") from error
        finally:
            timer.cancel()
            timer.join()

    def close(self) -> None:
        """End the child."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # a request that was never taken
                _pipe(pipe).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
