"""`python -m core render`: camera images from simulator states."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from core.commands.program import FAILURE, SUCCESS, UsageError, say_saved
from core.commands.progress import ProgressBar
from core.data import list_episodes

CameraName = Literal["workspace", "wrist"]


@dataclass(frozen=True)
class Render:
    """Add camera images to recordings, drawn from their simulator states as policies see them.

    A training draws what it needs by itself; images in the files are for other programs. Each file
    is exchanged in one step once it is complete, and "saved PATH" printed on standard output. Files
    that have these images already are left alone, so that an interrupted run goes on where it was.
    Images are uint8, called workspace_image and wrist_image.

    Example: python -m core render recordings/mine --camera workspace wrist --size 64
    """

    folder: tyro.conf.Positional[Path]
    """A workspace, a folder of episodes, or one file."""
    camera: tuple[CameraName, ...] = ("workspace", "wrist")
    """Cameras to draw."""
    size: int = 64
    """Width and height of the images [px]."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        if not 8 <= self.size <= 1024:
            raise UsageError(f"--size is {self.size}; expected 8 to 1024 pixels")
        if not self.camera:
            raise UsageError("--camera names no camera; cameras: workspace, wrist")
        total = len(list_episodes(self.folder))
        # The simulator is loaded only now: `--help` and wrong usage answer at once.
        from core.exchange.rendering import render_images

        drawn = failed = done = 0
        with ProgressBar("rendering", max(total, 1)) as bar:
            results = render_images(self.folder, self.camera, self.size)
            for done, result in enumerate(results, start=1):
                if result.problem is not None:
                    failed += 1
                    bar.say(f"left out: {result.problem}")
                elif result.pictures:
                    drawn += 1
                    say_saved(result.path)
                bar.update(done)
        sys.stderr.write(
            f"{drawn} recordings drawn, {done - drawn - failed} had their images already, "
            f"{failed} left out\n"
        )
        if not total:
            sys.stderr.write(f"no recordings found in {self.folder}\n")
        return SUCCESS if done > failed else FAILURE
