"""The commands of `python -m core`, one module each."""

from core.commands.program import main

__all__ = ["main"]
