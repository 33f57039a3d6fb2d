"""What a training leaves out and must make first, in sentences, and how far it is with that."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from app.jobs.background import Background
from app.widgets.formats import format_seconds
from app.widgets.run_header import RunHeader
from core.learning import EncoderConfiguration
from core.runs.needs import Described, Fitting, Missing, fitting, missing_images


class Needs:
    """Says what the chosen recordings lack."""

    def __init__(self, background: Background, say: Callable[[str], object]) -> None:
        """`say` gets the sentences, and an empty text where nothing is lacking."""
        self._background = background
        self._say = say

    def look(self, recordings: Sequence[Described], encoder: EncoderConfiguration) -> Fitting:
        """Which of `recordings` a policy can learn from; files are looked at in the background."""
        found = fitting(recordings, encoder)
        self._say(needs_text(found, Missing(0, 0.0)))
        self._background.run_newest(
            "train/needs",
            lambda: missing_images(found.recordings, encoder),
            lambda missing: self._say(needs_text(found, missing)),
        )
        return found


def needs_text(found: Fitting, missing: Missing) -> str:
    """What is left out and what is made first, a sentence each; empty for nothing."""
    sentences = []
    if missing.recordings:
        about = format_seconds(max(1.0, missing.seconds))
        sentences.append(f"Images of {_count(missing.recordings)} are drawn first (about {about}).")
    for lacking, number in found.left_out:
        are = "is" if number == 1 else "are"
        sentences.append(f"{_count(number)} {lacking} {are} left out.")
    return " ".join(sentences)


class DrawingProgress:
    """Shows in a header how far the images of a training are."""

    def __init__(self, header: RunHeader, name: str) -> None:
        self._header = header
        self._name = name
        self._began: tuple[float, int] | None = None

    def show(self, done: int, total: int) -> None:
        """`done` of `total` recordings have their images."""
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
        began, before = self._began
        left = (now - began) / (done - before) * (total - done) if done > before else None
        what = f"{done} of {total} recordings have them. What is drawn stays if you cancel."
        self._header.say("Drawing images", "accent", self._name, what)
        self._header.show_progress(done / total, "–", "–", format_seconds(left))


def _count(number: int) -> str:
    return "1 recording" if number == 1 else f"{number:,} recordings"
