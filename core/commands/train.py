"""`python -m core train`: learn from recordings."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, cast

import tyro

from core.commands.interrupts import stop_on_interrupt
from core.commands.options import parse, value_of
from core.commands.program import INTERRUPTED, SUCCESS, UsageError
from core.commands.progress import ProgressBar
from core.commands.threads import use_one_torch_thread
from core.data import (
    Episode,
    find_episodes,
    list_episodes,
    perturbed_replays,
    read_episode,
    require_writable,
)
from core.learning import (
    CheckpointError,
    Configuration,
    Dataset,
    DivergedError,
    Trainer,
    get_preset,
    load_checkpoint,
    reports,
    resume_training,
    save_checkpoint,
)

PresetName = Literal["default", "reference"]


@dataclass(frozen=True)
class Train:
    """Learn a world model and a policy from the demonstrations of one task.

    Prints "saved PATH" on standard output when the checkpoint is on disk. Ctrl-C stops after
    the present step and keeps what was learned; --resume goes on from there.

    Example: python -m core train recordings/mine --task push --out push-checkpoint --steps 3000
    """

    folders: tyro.conf.Positional[tuple[Path, ...]]
    """Workspaces, folders of episodes, or single files."""
    out: Path
    """Folder that becomes the checkpoint."""
    preset: PresetName = "default"
    """Where all settings below start: what works best here, or the method's own recipe."""
    task: str | None = None
    """Task to learn; needed where the folders hold several."""
    steps: int | None = None
    """Updates of each phase; short for --training.steps and --training.head-steps."""
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


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    options = _parsed(arguments)
    require_writable(options.out.parent)  # before minutes of training
    if options.out.exists() and not options.resume:
        raise CheckpointError(
            options.out, "exists already; choose another name, or --resume to go on with it"
        )
    use_one_torch_thread()
    episodes = _read(options)
    configuration = options.configuration
    if options.resume:
        configuration = load_checkpoint(options.out).configuration
    training = configuration.training
    replays = perturbed_replays(episodes, training.replays, training.seed)
    dataset = Dataset.from_episodes(episodes, replays=replays)
    if options.resume:
        trainer = resume_training(options.out, dataset, options.device)
    else:
        trainer = Trainer(dataset, options.configuration, options.device)
    sys.stderr.write(
        f"{len(episodes)} demonstrations of {episodes[0].info.task}, "
        f"{sum(len(episode) for episode in episodes)} control steps, on {trainer.device}\n"
    )
    if trainer.finished:
        sys.stderr.write(f"{options.out} is already complete at step {trainer.step}\n")
        return SUCCESS
    try:
        complete = _train(trainer)
    except DivergedError as error:
        if error.restored_step > 0:
            _save(options.out, trainer, episodes)
        raise
    _save(options.out, trainer, episodes)
    if not complete:
        sys.stderr.write(
            f"stopped at step {trainer.step} of {trainer.total_steps}; --resume goes on from here\n"
        )
        return INTERRUPTED
    return SUCCESS


def _parsed(arguments: Sequence[str]) -> Train:
    """The options; a preset named among them is where the other defaults come from."""
    named = value_of("--preset", arguments)
    known = named in ("default", "reference")
    start = Train(
        folders=tyro.MISSING,
        out=tyro.MISSING,
        preset=cast(PresetName, named) if known else "default",
        configuration=get_preset(str(named)) if known else get_preset("default"),
    )
    options = parse(Train, "train", arguments, default=start)
    if not options.folders:
        raise UsageError("give at least one workspace, folder of episodes or file to learn from")
    if options.resume and (options.steps is not None or options.seed is not None):
        raise UsageError(
            "--resume goes on with the settings of --out; leave --steps and --seed out"
        )
    training = options.configuration.training
    if options.steps is not None:
        training = replace(training, steps=options.steps, head_steps=options.steps)
    if options.seed is not None:
        training = replace(training, seed=options.seed)
    return replace(
        options,
        out=options.out.expanduser().absolute(),
        configuration=replace(options.configuration, training=training),
    )


def _read(options: Train) -> list[Episode]:
    """The demonstrations; what cannot be read is named on standard error."""
    for entry in list_episodes(options.folders):
        if entry.problem is not None:
            sys.stderr.write(f"left out: {entry.problem}\n")
    paths = find_episodes(options.folders, options.task)
    return [read_episode(path, images=False) for path in paths]


def _train(trainer: Trainer) -> bool:
    """Train, showing progress; returns whether it came to its end."""
    told = None
    with stop_on_interrupt() as stop, ProgressBar("training", trainer.total_steps) as bar:
        for report in reports(trainer, should_stop=stop, report_every=0.2):
            note = f"{report.phase}, loss {report.losses['total']:.3f}"
            bar.update(report.step, note, report.seconds_left)
            alarm = report.collapse.alarm if report.collapse is not None else None
            if alarm is not None and alarm != told:
                bar.say(f"step {report.step}: {alarm}")
                told = alarm
    return trainer.finished


def _save(folder: Path, trainer: Trainer, episodes: Sequence[Episode]) -> None:
    """Write the checkpoint; one that was resumed takes the place of the one it came from."""
    provenance = {
        "model_hash": sorted({episode.info.model_hash for episode in episodes}),
        "operators": sorted({episode.info.operator for episode in episodes}),
    }
    if not folder.exists():
        save_checkpoint(folder, trainer, provenance)
    else:
        new = folder.with_name(f"{folder.name}.step-{trainer.step}")
        old = folder.with_name(f"{folder.name}.before-step-{trainer.step}")
        save_checkpoint(new, trainer, provenance)
        folder.rename(old)  # a kill between these lines leaves both, under names that tell
        new.rename(folder)
        shutil.rmtree(old)
    sys.stdout.write(f"saved {folder}\n")
    sys.stdout.flush()
