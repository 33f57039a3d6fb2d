"""`python -m app.demo`: the whole job unattended, with a table and pictures at the end."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from rich.console import Console
from rich.table import Table

from app.__main__ import ROOT, make_application
from app.assemble import assemble
from app.demo.tour import VARIANTS, Findings, TooSlowError, Tour
from core.policies import MODES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; returns 0 if every mode has moved the arm and been compared."""
    given = _parse(arguments)
    usual = "demo" if given.senses == "state" else f"demo-{given.senses}"
    folder: Path = (given.out or ROOT / "recordings" / usual).absolute()
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    settings_file = folder / "settings.ini"
    settings_file.unlink(missing_ok=True)
    application = make_application()
    settings = QSettings(str(settings_file), QSettings.Format.IniFormat)
    assembled = assemble(workspace, settings)
    assembled.window.resize(1400, 860)
    tour = Tour(assembled, folder, given.senses)
    problems: list[str] = []

    def work() -> None:
        try:
            tour.run(
                record=given.record,
                trials=given.trials,
                episodes=given.episodes,
                steps=given.steps,
            )
        except TooSlowError as error:
            tour.picture("stopped-here")
            problems.append(str(error))
        finally:
            assembled.window.close()
            application.quit()

    assembled.studio.failure_shown.connect(lambda text, _: problems.append(text))
    assembled.window.show()
    QTimer.singleShot(500, work)
    application.exec()
    problems += _missing(tour.findings)
    _report(tour.findings, folder, problems)
    return 1 if problems else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.demo", description=__doc__)
    parser.add_argument("--senses", choices=VARIANTS, default="state", help="what it senses")
    parser.add_argument("--out", type=Path, help="folder of pictures and workspace")
    parser.add_argument("--record", type=int, default=5, help="episodes to drive with the pad")
    parser.add_argument("--trials", type=int, default=3, help="trials of each mode")
    parser.add_argument("--episodes", type=int, default=20, help="paired starts per cell")
    parser.add_argument("--steps", type=int, help="updates of the training")
    return parser.parse_args(arguments)


def _missing(findings: Findings) -> list[str]:
    """What should have happened and did not."""
    compared = {row.mode for row in findings.rows}
    still = [name for name in MODES if findings.moved.get(name, 0.0) < 0.02]
    absent = [name for name in MODES if name not in compared]
    return [
        *(f"{MODES[name].short_title} did not move the arm" for name in still),
        *(f"{MODES[name].short_title} was not compared" for name in absent),
    ]


def _report(findings: Findings, folder: Path, problems: Sequence[str]) -> None:
    """The table and what else there is to say, on standard output."""
    console = Console(file=sys.stdout, highlight=False)
    table = Table(title="Success over paired starts, with 95% intervals")
    for heading in ("mode", "condition", "episodes", "success", "interval"):
        words = heading in ("mode", "condition")
        table.add_column(heading, justify="left" if words else "right", overflow="fold")
    for row in findings.rows:
        low, high = row.interval
        table.add_row(
            MODES[row.mode].short_title,
            str(row.condition),
            f"{row.episodes}",
            f"{100 * row.successes / max(1, row.episodes):.0f}%",
            f"{100 * low:.0f}–{100 * high:.0f}%",
        )
    console.print(
        f"Recorded {findings.recorded} episodes with a virtual gamepad; trained on "
        f"{findings.trained_on} demonstrations (samples included) in "
        f"{findings.training_seconds:.0f} s."
    )
    for mode, way in findings.moved.items():
        counts = ", ".join(
            f"{successes} of {trials} at {condition}"
            for (name, condition), (successes, trials) in findings.trials.items()
            if name == mode
        )
        console.print(
            f"{MODES[mode].short_title} moved the gripper {way:.2f} m; solved {counts or 'none'}."
        )
    console.print(table)
    console.print(f"Pictures: {len(findings.pictures)} in {folder}")
    for problem in problems:
        console.print(f"[bold]Not as it should be:[/] {problem}")


if __name__ == "__main__":
    raise SystemExit(main())
