"""`python -m core evaluate`: measure a checkpoint."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import tyro
from rich.console import Console
from rich.table import Table

from core.commands.process import stop_on_interrupt, use_one_torch_thread
from core.commands.program import INTERRUPTED, SUCCESS, UsageError, require_mode
from core.commands.progress import ProgressBar
from core.data import require_writable

if TYPE_CHECKING:
    from core.evaluation import Progress, Result
    from core.learning import Checkpoint


@dataclass(frozen=True)
class Evaluate:
    """Measure how often a checkpoint solves its task, by mode and sensor noise.

    All modes and noise levels meet the same starts and the same noise. The table goes to
    standard output; Ctrl-C keeps the batches that are complete.

    Example: python -m core evaluate recordings/mine/checkpoints/push --mode bc nearest plan
    --noise 0 0.1 0.3 --episodes 100 --json push.json --plot push.png
    """

    checkpoint: tyro.conf.Positional[Path]
    """Folder of the checkpoint."""
    task: str | None = None
    """Task that the checkpoint must be for; default: whatever it was trained on."""
    mode: tuple[str, ...] = ()
    """How actions are chosen, such as bc (behavioural cloning), nearest (nearest neighbour) or
    plan (latent planning); default: every mode that the checkpoint offers."""
    noise: tuple[float, ...] = (0.0,)
    """Sensor noise in units of each feature's standard deviation over the training data."""
    condition: tuple[str, ...] = ()
    """What else disturbs, each such as dropout=0.5 or noise=0.3,delay=3, or for a policy with
    cameras pixel_noise=0.1,light_direction=60; an unknown name lists all disturbances. --noise
    without numbers: only these."""
    episodes: int = 100
    """Starts per mode and noise level."""
    seed: int = 1_000_000
    """Seed of the first start; evaluation uses 1,000,000 and up."""
    horizon: int = 200
    """Control steps an episode may take, at 20 per second."""
    solver: Literal["mppi", "cem"] = "mppi"
    """How planning searches."""
    observer: bool = True
    """Whether the checkpoint's observer, if it has one, corrects what is sensed."""
    decay: float | None = None
    """How fast older chunks of actions lose weight, per control step; 0 is the plain mean. Unless
    given: 0, or 0.2 for nearest neighbour and where there are 25 demonstrations or fewer."""
    json: Path | None = None
    """File for results with every outcome and their provenance."""
    csv: Path | None = None
    """File for the table."""
    plot: Path | None = None
    """File for the curves; its ending chooses png, svg or pdf."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        if self.decay is not None and not self.decay >= 0:  # NaN is neither
            raise UsageError(f"--decay is {self.decay:g}; expected 0 or larger")
        for path in (self.json, self.csv, self.plot):
            if path is not None:
                require_writable(path.expanduser().absolute().parent)  # before minutes of work
        # Heavy packages only now: `--help` and wrong usage answer at once.
        use_one_torch_thread()
        from core import evaluation
        from core.learning import load_checkpoint

        for mode in self.mode:
            require_mode(mode)
        checkpoint = load_checkpoint(self.checkpoint)
        task = checkpoint.spec.task
        if self.task not in (None, task):
            raise evaluation.MismatchError(
                f"{self.checkpoint} was trained on task {task!r}, not {self.task!r}; "
                "leave --task out or choose another checkpoint"
            )
        modes = self.mode or offered(checkpoint)
        with stop_on_interrupt() as stop:
            last = _watch(
                evaluation.evaluate(
                    checkpoint,
                    modes,
                    self.noise,
                    self.episodes,
                    first_seed=self.seed,
                    horizon=self.horizon,
                    conditions=[evaluation.Condition.parse(text) for text in self.condition],
                    observer=self.observer,
                    options=policy_options(self, modes),
                    should_stop=stop,
                )
            )
        results = [result for result in last.results if result.outcomes]
        if results:
            _keep(self, results, checkpoint, complete=last.finished)
        if not last.finished:
            sys.stderr.write("interrupted; the table holds the batches that were complete\n")
            return INTERRUPTED
        return SUCCESS


def offered(checkpoint: "Checkpoint") -> tuple[str, ...]:
    """The modes that `checkpoint` offers; says why it does not offer the others."""
    from core.policies import MODES, offered_modes

    modes = offered_modes(checkpoint)
    for name, mode in MODES.items():
        if name not in modes:
            sys.stderr.write(f"{mode.title.lower()} is left out. {mode.needs(checkpoint)}\n")
    return modes


def policy_options(options: Evaluate, modes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Options of the policies of each mode, where they are given."""
    from core.policies import MODES

    given = {"decay": options.decay, "solver": options.solver}
    return {
        mode: {name: given[name] for name in MODES[mode].options if given[name] is not None}
        for mode in modes
    }


def _watch(progress: "Iterator[Progress]") -> "Progress":
    """Drive the evaluation, show how far it is, and return its last word."""
    with ProgressBar("evaluating", 100, count=False) as bar:
        for last in progress:
            solved = last.result.successes + last.running_solved
            episodes = last.result.episodes + last.running
            condition = last.result.condition
            under = f"σ={last.noise:g}" if condition.only_noise else str(condition)
            note = f"{last.mode} {under}: {solved} of {episodes} solved"
            bar.update(100 * last.fraction, note, last.seconds_left)
    return last


def _keep(
    options: Evaluate, results: "list[Result]", checkpoint: "Checkpoint", complete: bool
) -> None:
    """Print the table and write the files that were asked for."""
    from core import evaluation

    Console().print(_table(results))
    if options.json is not None:
        source = evaluation.provenance(
            checkpoint,
            options.checkpoint,
            first_seed=options.seed,
            episodes=options.episodes,
            horizon=options.horizon,
            observer=options.observer,
        )
        path = evaluation.write_json(options.json, results, source | {"complete": complete})
        sys.stderr.write(f"results in {path}\n")
    if options.csv is not None:
        sys.stderr.write(f"table in {evaluation.write_csv(options.csv, results)}\n")
    if options.plot is not None:
        sys.stderr.write(f"curves in {evaluation.plot_curves(results, options.plot)}\n")


def _table(results: "list[Result]") -> Table:
    table = Table(title=f"{results[0].task}: success by mode and sensor noise")
    plain = all(result.condition.only_noise for result in results)
    for heading in ("mode", "σ" if plain else "condition", "solved", "rate", "95% interval"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for result in results:
        low, high = result.interval
        table.add_row(
            result.mode,
            f"{result.noise:.2f}" if plain else str(result.condition),
            f"{result.successes}/{result.episodes}",
            f"{100 * result.rate:.0f}%",
            f"{100 * low:.0f}–{100 * high:.0f}%",
        )
    return table
