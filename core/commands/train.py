"""`python -m core train`: learn from recordings."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, cast

import tyro

from core.commands.process import stop_on_interrupt, use_one_torch_thread
from core.commands.program import INTERRUPTED, SUCCESS, UsageError, say_saved
from core.commands.progress import ProgressBar
from core.data import find_episodes, list_episodes
from core.learning import PRESETS, CheckpointError, Configuration, DivergedError, Report
from core.learning.senses import image_senses
from core.runs import (
    TrainingRequest,
    TrainingStoppedError,
    autosave_folder,
    describe_checkpoint,
    furthest_copy,
)
from core.runs.run import TrainingRun
from core.spec import IMAGE_SUFFIX

PresetName = Literal["default", "reference", "cameras", "paper"]


@dataclass(frozen=True)
class Train:
    """Learn a world model and a policy from the demonstrations of one task.

    Prints "saved PATH" on standard output when the checkpoint is on disk. Ctrl-C stops after
    the present step and keeps what was learned; --resume goes on from there. A copy against a
    crash is kept in PATH.autosave once a minute, and --resume finds it.

    Example: python -m core train recordings/mine --task push --out push-checkpoint --steps 3000
    """

    folders: tyro.conf.Positional[tuple[Path, ...]]
    """Workspaces, folders of episodes, or single files."""
    out: Path
    """Folder that becomes the checkpoint."""
    preset: PresetName = "default"
    """Where all settings below start: what works best here on the state (default) or on images
    (cameras), the recipe of the method's description (reference) or the published form (paper)."""
    senses: tuple[str, ...] = ()
    """What the policy senses: state, cameras, cameras+force, or names of fields; short for
    --encoder.senses. With cameras, or a field called …_image, settings start at the preset
    cameras."""
    goal: Literal["given", "seen"] | None = None
    """Whether a policy of cameras is given the goal or sees it; short for --encoder.goal."""
    size: Literal[64, 96, 128, 224] | None = None
    """Height and width of its images [pixels]; short for --encoder.image-size."""
    task: str | None = None
    """Task to learn; needed where the folders hold several."""
    held_out: tuple[Path, ...] = ()
    """Workspaces, folders or files to validate on; what they hold is not trained on."""
    steps: int | None = None
    """Updates of each phase; short for --training.steps, --training.head-steps and
    --latent-observer.steps."""
    seed: int | None = None
    """Seed of weights and batches; short for --training.seed."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute; auto takes the graphics card if there is one."""
    resume: bool = False
    """Go on with the unfinished training in --out, with its own settings."""
    configuration: Annotated[Configuration, tyro.conf.arg(name="")] = field(
        default_factory=Configuration
    )
    """All settings of the training."""

    @classmethod
    def defaults(cls, arguments: Sequence[str]) -> "Train":
        """What holds unless the arguments say otherwise: the preset that they name."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--preset", nargs="?")
        parser.add_argument("--senses", nargs="*", default=())
        named = parser.parse_known_args(list(arguments))[0]
        images = image_senses(named.senses) or any(n.endswith(IMAGE_SUFFIX) for n in named.senses)
        usual = "cameras" if images else "default"
        preset = cast(PresetName, named.preset if named.preset in PRESETS else usual)
        return cls(
            folders=tyro.MISSING, out=tyro.MISSING, preset=preset, configuration=PRESETS[preset]
        )

    def run(self) -> int:
        """Run the command; returns the exit code."""
        options = _checked(self)
        use_one_torch_thread()
        request = _request(options)
        run = _prepared(request)
        trainer, found = run.trainer, run.prepared
        sys.stderr.write(
            f"{found.episodes} demonstrations of {found.task}, "
            f"{found.steps} control steps, on {found.device}\n"
            f"{' '.join(found.sensing.sentences)} --senses NAME … chooses otherwise.\n"
        )
        for warning in found.warnings:
            sys.stderr.write(f"warning: {warning}\n")
        if trainer.finished and request.resume == options.out:
            sys.stderr.write(f"{options.out} is already complete at step {trainer.step}\n")
            return SUCCESS
        try:
            _train(run)
        except DivergedError:
            if trainer.step > 0:
                say_saved(run.save())
            raise
        say_saved(run.save())
        if not trainer.finished:
            sys.stderr.write(
                f"stopped at step {trainer.step} of {trainer.total_steps}; "
                "--resume goes on from here\n"
            )
            return INTERRUPTED
        return SUCCESS


def _checked(options: Train) -> Train:
    """The options with --steps and --seed among the settings; refuses what makes no sense."""
    if not options.folders:
        raise UsageError("give at least one workspace, folder of episodes or file to learn from")
    if options.resume and (options.steps is not None or options.seed is not None):
        raise UsageError(
            "--resume goes on with the settings of --out; leave --steps and --seed out"
        )
    settings = options.configuration
    training, encoder, observer = settings.training, settings.encoder, settings.latent_observer
    if options.resume and (options.senses or options.goal or options.size):
        raise UsageError("--resume goes on with what the policy of --out senses; leave that out")
    encoder = replace(
        encoder,
        senses=options.senses or encoder.senses,
        goal=options.goal or encoder.goal,
        image_size=options.size or encoder.image_size,
    )
    if options.steps is not None:
        training = replace(training, steps=options.steps, head_steps=options.steps)
        observer = replace(observer, steps=options.steps)
    if options.seed is not None:
        training = replace(training, seed=options.seed)
    return replace(
        options,
        out=options.out.expanduser().absolute(),
        configuration=replace(
            settings, training=training, encoder=encoder, latent_observer=observer
        ),
    )


def _request(options: Train) -> TrainingRequest:
    """What to train on and how; recordings that cannot be read are named on standard error."""
    resume, held_out, preset = None, options.held_out, str(options.preset)
    if options.resume:
        resume = furthest_copy(options.out)
        started = describe_checkpoint(resume)
        preset = started.preset
        held_out = held_out or tuple(path for path in started.held_out if path.exists())
    else:
        for taken in (options.out, autosave_folder(options.out)):
            if taken.exists():
                raise CheckpointError(
                    taken, "exists already; choose another name, or --resume to go on with it"
                )
    for entry in list_episodes(options.folders):
        if entry.problem is not None:
            sys.stderr.write(f"left out: {entry.problem}\n")
    validated = tuple(find_episodes(held_out, options.task)) if held_out else ()
    recordings = find_episodes(options.folders, options.task)
    return TrainingRequest(
        tuple(path for path in recordings if path not in validated),
        options.out,
        options.configuration,
        preset=preset,
        device=options.device,
        resume=resume,
        held_out=validated,
    )


def _prepared(request: TrainingRequest) -> TrainingRun:
    """Read the demonstrations, showing how many have their images, where these are needed."""
    with stop_on_interrupt() as stop, ProgressBar("images", len(request.recordings)) as bar:

        def show(done: int, total: int) -> None:
            bar.update(done, f"{done} of {total} recordings", None)

        try:
            return TrainingRun.prepare(request, stop, show)
        except TrainingStoppedError:
            raise KeyboardInterrupt from None


def _train(run: TrainingRun) -> None:
    """Train to the end or to a Ctrl-C, showing progress."""
    alarms: set[str] = set()
    held_out = ""

    def show(report: Report) -> None:
        nonlocal held_out
        if report.held_out is not None:
            held_out = f", held out {sum(report.held_out.values()):.3f}"
        note = f"{report.phase}, loss {report.losses['total']:.3f}{held_out}"
        bar.update(report.step, note, report.seconds_left)
        alarm = report.collapse.alarm if report.collapse is not None else None
        if alarm is not None and alarm not in alarms:
            bar.say(f"step {report.step}: {alarm}")
            alarms.add(alarm)

    with stop_on_interrupt() as stop, ProgressBar("training", run.trainer.total_steps) as bar:
        run.train(show, should_stop=stop, report_every=0.2)
