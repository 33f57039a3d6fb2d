"""Chooses the command. A failure becomes one sentence and an exit code."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from core.errors import StudioError, UnknownNameError
from core.registry import extension_problems, load_extensions

PROGRAM = "python -m core"
COMMANDS = {
    "demonstrate": "record demonstrations with the scripted operator",
    "train": "learn a policy and world model from recordings",
    "evaluate": "measure a checkpoint on paired starts under sensor noise",
    "benchmark": "train and measure every method, and make the tables",
    "differences": "compare rows of the benchmark's tables with any one of them",
    "check": "read every recording of a folder and report what is wrong",
    "export": "write episodes for robomimic or LeRobot",
    "import": "take in data of any robot from robomimic or LeRobot",
    "render": "add camera images to episodes, from their simulator states",
    "video": "make an MP4 or GIF of episodes or of a policy at work",
}
MODULES = {"export": "exchange", "import": "exchange"}
"""Where a command is, if not in the module of its name. It is a dataclass with a method `run`."""
EXAMPLES = f"""\
examples:
  {PROGRAM} demonstrate --task push --episodes 50 --seed 0 --out recordings/mine
  {PROGRAM} train recordings/mine --out recordings/mine/checkpoints/push
  {PROGRAM} evaluate recordings/mine/checkpoints/push --mode bc plan --noise 0 0.3
  {PROGRAM} benchmark --table main --quick
  {PROGRAM} differences --table noise --compared-with raw_bc
  {PROGRAM} check recordings/mine
  {PROGRAM} export lerobot recordings/mine mine-for-lerobot
  {PROGRAM} import robomimic someones.hdf5 recordings/theirs
  {PROGRAM} render recordings/mine --camera workspace wrist --size 96
  {PROGRAM} video recordings/mine/checkpoints/push push.mp4 --mode plan

`{PROGRAM} COMMAND --help` lists the options of a command.
Exit codes: 0 done, 1 failed with a reason on standard error, 2 wrong usage, 130 interrupted.
"""
SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130
T = TypeVar("T")

STUDIO = frozenset({"PIL", "av", "matplotlib", "mujoco", "pyarrow"})
"""Packages of the extra `studio` that commands use; a light install does without."""


class UsageError(Exception):
    """Options that are well-formed but make no sense together."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; usage errors leave through SystemExit(2)."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Record, train, evaluate and check without a window.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if "-h" in given[:1] or "--help" in given[:1]:
            load_extensions()
        chosen, _ = parser.parse_known_args(given[:1])  # the rest belongs to the command
        # Imported on demand: `--help` must not wait for torch or the simulator.
        module = MODULES.get(chosen.command, chosen.command)
        command = importlib.import_module(f"core.commands.{module}")
        kind = getattr(command, chosen.command.capitalize())
        return int(kind.run(parse(kind, chosen.command, given[1:])))
    except KeyboardInterrupt:
        _say("interrupted; everything that was saved is kept")
        return INTERRUPTED
    except UsageError as error:
        _say(f"error: {_sentence(error)}")
        return USAGE
    except BrokenPipeError:
        # The reader of our output has gone; Python would complain again while closing it.
        sys.stdout = None
        return FAILURE
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in STUDIO:
            raise
        _say(
            f"error: {chosen.command} needs {error.name}, which this light installation leaves "
            "out; install everything with: pip install -e '.[studio]'"
        )
        return FAILURE
    except (StudioError, OSError) as error:  # all others are faults of ours and keep their trace
        _say(f"error: {_sentence(error)}")
        return FAILURE
    finally:
        for problem in extension_problems():
            _say(str(problem))


def parse(kind: type[T], command: str, arguments: Sequence[str]) -> T:
    """The options of a command; wrong usage leaves through SystemExit(2).

    `kind`: a dataclass, whose `defaults`, if it has any, makes the defaults of the arguments.
    """
    import tyro  # only here: the list of commands must not wait for it

    defaults = getattr(kind, "defaults", None)
    default = tyro.MISSING_NONPROP if defaults is None else defaults(arguments)
    return tyro.cli(kind, prog=f"{PROGRAM} {command}", args=list(arguments), default=default)


def require_mode(name: str) -> None:
    """Refuse a mode that does not exist as wrong usage. Imports torch: not for `--help`."""
    from core.policies import MODES

    try:
        MODES[name]
    except UnknownNameError as error:
        raise UsageError(str(error)) from None


def say_saved(path: Path) -> None:
    """Report a file on standard output once it is on disk.

    One write for the line: a program that reads it must find the whole path.
    """
    sys.stdout.write(f"saved {path}\n")
    sys.stdout.flush()


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f"{error.filename}: {error.strerror}"
    return text or type(error).__name__


def _say(text: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {text}\n")
    sys.stderr.flush()
