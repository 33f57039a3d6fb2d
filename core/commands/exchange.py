"""`python -m core export` and `python -m core import`: data to and from other programs."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import tyro

from core.commands.program import SUCCESS, UsageError, say_saved
from core.commands.progress import ProgressBar
from core.exchange import Chosen, LimitedSource, choose_episodes, import_episodes
from core.spec import VECTOR_KINDS, Kind

Format = Literal["robomimic", "lerobot"]


@dataclass(frozen=True)
class Export:
    """Write the episodes of one task for robomimic (one HDF5 file) or LeRobot (a v3.0 folder).

    Prints "saved PATH" on standard output when everything is on disk: OUT appears whole or not
    at all. docs/EXCHANGE.md lists what each format carries.

    Example: python -m core export lerobot recordings/mine mine-for-lerobot --task push
    """

    format: tyro.conf.Positional[Format]
    """Whose format."""
    folder: tyro.conf.Positional[Path]
    """A workspace, a folder of episodes, or one file."""
    out: tyro.conf.Positional[Path]
    """The new file (robomimic) or folder (lerobot)."""
    task: str | None = None
    """Task to export; needed where the folder holds several."""
    only_successes: bool = False
    """Leave out episodes marked as failed."""
    next_observations: bool = True
    """robomimic: also store each observation a step later; its loader asks for it by default."""
    replace: bool = False
    """Overwrite what is at OUT."""

    def run(self) -> int:
        """Run the export; returns the exit code."""
        out = self.out.expanduser().absolute()
        chosen = choose_episodes(self.folder, self.task, only_successes=self.only_successes)
        with ProgressBar(f"exporting {chosen.infos[0].task}", len(chosen.paths)) as bar:
            for done in _exporting(self, chosen, out):
                bar.update(done)
        steps = sum(info.steps for info in chosen.infos)
        sys.stderr.write(f"{len(chosen.paths)} episodes, {steps} control steps\n")
        say_saved(out)
        return SUCCESS


@dataclass(frozen=True)
class Import:
    """Take in the episodes of a robomimic file or LeRobot folder, of whichever robot.

    Prints "saved PATH" on standard output for each episode that is on disk. Running it again
    takes up an interrupted import. Actions outside [-1, 1] are mapped into it; the policy learned
    from them answers in the robot's own units again.

    Example: python -m core import robomimic someones.hdf5 recordings/theirs
    """

    format: tyro.conf.Positional[Format]
    """Whose format."""
    source: tyro.conf.Positional[Path]
    """The file (robomimic) or folder (lerobot)."""
    folder: tyro.conf.Positional[Path]
    """Workspace to import into; episodes go into its folder `episodes`."""
    task: str | None = None
    """Name of the task, instead of what the source says."""
    rate: float | None = None
    """Control steps per second [Hz], instead of what the source says."""
    images: bool = True
    """Take in camera images too."""
    without: tuple[str, ...] = ()
    """Observation fields to leave out."""
    kind: tuple[str, ...] = ()
    """What observation fields are, each FIELD=KIND, such as eef_pos=position. Fields of
    which nothing is said are plain numbers. Kinds: position, displacement, rotation, joint,
    velocity, wrench, opening."""
    replace: bool = False
    """Overwrite other recordings of the same names."""

    def run(self) -> int:
        """Run the import; returns the exit code."""
        if self.rate is not None and not 0 < self.rate < 1e6:
            raise UsageError(f"--rate is {self.rate:g}; expected a control rate in Hz")
        kept = steps = 0
        with LimitedSource(
            self.format,
            self.source.expanduser().absolute(),
            task=self.task,
            control_rate=self.rate,
            images=self.images,
        ) as source:
            with ProgressBar(f"importing {source.path.name}", len(source)) as bar:
                imported = import_episodes(
                    source,
                    self.folder,
                    without=self.without,
                    kinds=_kinds(self.kind),
                    replace_existing=self.replace,
                )
                for done, episode in enumerate(imported, start=1):
                    steps += episode.steps
                    kept += not episode.written
                    if episode.written:
                        say_saved(episode.path)
                    bar.update(done)
            for note in source.notes:
                sys.stderr.write(f"note: {note}\n")
            there = f", {kept} of them there already" if kept else ""
            sys.stderr.write(f"{len(source)} episodes, {steps} control steps{there}\n")
        return SUCCESS


def _exporting(options: Export, chosen: Chosen, out: Path) -> Iterator[int]:
    # Each format's library is loaded only where it is used.
    if options.format == "robomimic":
        from core.exchange.robomimic import export_robomimic

        return export_robomimic(
            chosen, out, next_observations=options.next_observations, replace=options.replace
        )
    from core.exchange.lerobot import export_lerobot

    return export_lerobot(chosen, out, replace=options.replace)


def _kinds(given: Sequence[str]) -> dict[str, Kind]:
    """{field: kind} of FIELD=KIND, …"""
    kinds: dict[str, Kind] = {}
    for each in given:
        name, found, kind = each.partition("=")
        if not found or kind not in VECTOR_KINDS:
            raise UsageError(
                f"--kind {each}; expected FIELD=KIND with one of {', '.join(VECTOR_KINDS)}"
            )
        kinds[name] = cast(Kind, kind)
    return kinds
