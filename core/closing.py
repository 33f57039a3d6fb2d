"""What owns something that has to be given back."""

from typing import Self


class Closing:
    """A context manager that calls its own `close` at the end of the block."""

    def close(self) -> None:
        """Give back what is owned; does nothing the second time."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
