"""Golden numbers: what simulation, learning, modes and evaluation give for fixed inputs.

Each golden has a file in `numbers/`, which holds its numbers and the versions that they were made
with (`core/versions.py`, and `version` of a mode). A number that changes while its version does
not is a mistake, or a version that was not raised. `regenerate.py` writes the files.

The functions here go through few interfaces, on purpose: they have to survive changes of the code
whose results they guard.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from core import simulation, versions
from core.benchmark import configuration
from core.benchmark.execution import COURSES
from core.data import Episode, read_episode
from core.evaluation import Condition, evaluate
from core.learning import Configuration, Dataset, Trainer, get_preset, load_checkpoint
from core.policies import MODES, make_policy
from core.simulation.disturbances import (
    AppearanceDisturbance,
    Draws,
    ImageArrivalDisturbance,
    ImageDisturbance,
)

HERE = Path(__file__).parent
NUMBERS = HERE / "numbers"
CHECKPOINT = HERE / "checkpoint"
"""A small checkpoint of `reach`, made by ``regenerate.py --checkpoint``."""
SAMPLES = HERE.parents[1] / "recordings" / "samples" / "episodes"

UPDATES = 4
"""Updates of each phase of a training."""
STEPS = 60
"""Control steps of a simulation: as far as the arm goes down to the table and grips."""
CONDITIONS = (
    Condition(),
    *(Condition(noise=0.3), Condition(bias=0.5), Condition(drift=0.1)),
    *(Condition(dropout=0.5), Condition(delay=3), Condition(displace_goal=0.1)),
)

PARTS = 4
"""Parts of an image, across and up, whose mean colours are compared."""

Numbers = dict[str, list[float]]


@dataclass(frozen=True)
class Golden:
    """One file of golden numbers."""

    name: str
    """Name of its file."""
    compute: Callable[[], Numbers]
    """Computes them with the present code."""
    versions: Mapping[str, int]
    """The present versions that they depend on, by where they are raised."""
    tolerance: float
    """Largest difference, as a share of the largest of the numbers it stands with."""

    @property
    def path(self) -> Path:
        """Where its numbers are stored."""
        return NUMBERS / f"{self.name}.json"

    def stored(self) -> tuple[dict[str, int], Numbers] | None:
        """The versions and numbers of the file, if there is one."""
        if not self.path.is_file():
            return None
        values = json.loads(self.path.read_text())
        return values["versions"], values["numbers"]

    def raised(self) -> bool:
        """Whether a version is higher than that of the file."""
        stored = self.stored()
        return stored is not None and any(
            number > stored[0].get(name, 0) for name, number in self.versions.items()
        )

    def differences(self, numbers: Numbers) -> list[str]:
        """What differs from the file by more than the tolerance, a sentence for each."""
        stored = self.stored()
        assert stored is not None
        return differences(stored[1], numbers, self.tolerance)

    def write(self, numbers: Numbers) -> None:
        """Write the file."""
        rounded = {name: [float(f"{v:.9g}") for v in values] for name, values in numbers.items()}
        lines = [f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in rounded.items()]
        text = (
            f'{{\n "versions": {json.dumps(dict(self.versions))},\n "numbers": {{\n'
            + ",\n".join(lines)
            + "\n }\n}\n"
        )
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(text)


def differences(stored: Numbers, numbers: Numbers, tolerance: float) -> list[str]:
    """What differs by more than the tolerance, a sentence for each; see :class:`Golden`."""
    found = []
    for name in sorted({*stored, *numbers}):
        if name not in stored or name not in numbers:
            found.append(f"{name} is {'gone' if name in stored else 'new'}")
        elif len(stored[name]) != len(numbers[name]):
            found.append(f"{name} has {len(numbers[name])} numbers, not {len(stored[name])}")
        else:
            before, now = np.array(stored[name]), np.array(numbers[name])
            scale = float(np.abs(before).max(initial=1e-12))
            share = float(np.abs(now - before).max(initial=0.0)) / scale
            if not share <= tolerance:  # a NaN differs too
                found.append(f"{name} differs by {share:.2g} of its largest number")
    return found


def simulate(task: str) -> Numbers:
    """Observations of two starts under fixed commands, and one scripted demonstration."""
    world = simulation.World(task, 2, threads=1)
    world.reset([0, 1])
    phases = np.arange(7) + np.arange(2)[:, None]
    seen: Numbers = {}
    for step in range(STEPS):
        commands = 0.8 * np.sin(0.15 * step + phases)
        commands[:, 2] = -0.6 if step < STEPS // 2 else 0.6  # down to the table, and up again
        world.step(commands.astype(np.float32))
        if (step + 1) % (STEPS // 3) == 0:
            for name, values in world.observe().items():
                seen.setdefault(name, []).extend(np.asarray(values, float).ravel().tolist())
    (demonstration,) = simulation.demonstrate(task, 1, 0, threads=1)
    commands = np.asarray(demonstration.actions, float)
    seen["length of a demonstration"] = [float(len(commands))]
    seen["commands of a demonstration"] = commands[:: max(1, len(commands) // 8)].ravel().tolist()
    return seen


def learn(settings: Configuration) -> Numbers:
    """Loss terms of the first updates of each phase, and projections of what they changed."""
    training = replace(settings.training, steps=UPDATES, head_steps=UPDATES, batch=8)
    trainer = Trainer(
        Dataset.from_episodes(sample_episodes("push", 3)),
        replace(settings, training=training),
        "cpu",
    )
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    numbers: Numbers = {}
    while not trainer.finished:
        for term, loss in trainer.update().items():
            numbers.setdefault(f"loss {term}", []).append(float(loss))
    after = trainer.model.state_dict()
    changed = [name for name in after if not torch.equal(after[name], before[name])]
    numbers["weights that changed"] = projections([after[name] for name in changed])
    numbers["their changes"] = projections([after[name] - before[name] for name in changed])
    return numbers


def projections(tensors: Sequence[torch.Tensor]) -> list[float]:
    """Mean size, and projections on cosines, of all values of `tensors` in ascending order.

    Independent of names and order of the tensors, so that a model may be taken apart and put
    together again; and of random numbers, which libraries do not keep from version to version.
    """
    values = torch.cat([t.double().flatten() for t in tensors if t.is_floating_point()]).sort()[0]
    place = (torch.arange(len(values)).double() + 0.5) / len(values)
    cosines = [torch.cos(torch.pi * k * place) for k in range(9)]
    return [float(values.abs().mean()), *(float((values * c).mean()) for c in cosines)]


def act(mode: str) -> Numbers:
    """Actions for what was seen in two recordings, with a frame that does not arrive."""
    courses = {"samples": COURSES} if mode == "plan" else {}
    policy = make_policy(load_checkpoint(CHECKPOINT), mode, **courses)
    episodes = sample_episodes("reach", 2)
    policy.reset(len(episodes))
    numbers: Numbers = {}
    for step in range(8):
        seen = {
            name: np.stack([episode.observations[name][3 * step] for episode in episodes])
            for name in episodes[0].observations
        }
        missing = np.array([False, step == 4])
        numbers[f"step {step}"] = policy.act(seen, missing).astype(float).ravel().tolist()
    return numbers


def rollouts() -> Numbers:
    """Success and length of a few episodes under every kind of disturbance.

    Without contact, in `reach`: there a rounding error stays one.
    """
    checkpoint = load_checkpoint(CHECKPOINT)
    (*_, progress) = evaluate(
        checkpoint, ["bc"], (), 6, conditions=CONDITIONS, horizon=80, threads=1
    )
    numbers: Numbers = {}
    for result in progress.results:
        numbers[f"{result.condition}: success"] = [float(solved) for solved in result.outcomes]
        numbers[f"{result.condition}: steps"] = [float(steps) for steps in result.steps]
    return numbers


def draw(task: str) -> Numbers:
    """Mean colours of the parts of policies' images, at the starts of two simulations."""
    world = simulation.World(task, 2)
    world.reset([3, 4])
    fields = [simulation.image_field(camera) for camera in simulation.POLICY_CAMERAS]
    with simulation.PolicyCameras(task, fields) as cameras:
        images = cameras.render(world.get_states())
    parts = {
        name: image.reshape(2, PARTS, -1, PARTS, image.shape[2] // PARTS, 3).mean(axis=(2, 4))
        for name, image in images.items()
    }
    return {name: colors.ravel().tolist() for name, colors in parts.items()}


def disturbed_images() -> Numbers:
    """Images of two starts under each disturbance of images, and the looks of their scenes.

    The images are of numbers, since what a driver draws differs between machines.
    """
    names = ("workspace_image", "wrist_image")
    pixels = np.arange(2 * 32 * 48 * 3).reshape(2, 32, 48, 3)
    images = {
        name: (pixels * (7 + place) % 256).astype(np.uint8) for place, name in enumerate(names)
    }
    draws, task = Draws({}, [3, 4]), simulation.TASKS["pick_place"]
    numbers: Numbers = {}
    for name, each in simulation.DISTURBANCES.items():
        if isinstance(each, ImageDisturbance):
            made = each.disturb(images, each.example, draws, 5)
            rows = [
                image.reshape(2, -1).astype(float) @ _waves(image[0].size)
                for image in made.values()
            ]
            numbers[name] = np.concatenate(rows).ravel().tolist()
        elif isinstance(each, ImageArrivalDisturbance):
            age, black = float(each.age(each.example)), float(each.black)
            missed = [each.missed(each.example, draws, s, n) for s in range(8) for n in names]
            rows = [[] if mask is None else mask.tolist() for mask in missed]
            numbers[name] = [age, black, *(float(value) for row in rows for value in row)]
        elif isinstance(each, AppearanceDisturbance):
            looks = [each.change(simulation.Appearance(), each.example, task, s) for s in (3, 4)]
            numbers[name] = [value for look in looks for value in _flat(look)]
    return numbers


def _waves(size: int) -> np.ndarray:
    """Cosines (size, 4) onto which an image is projected; the first is its mean."""
    place = (np.arange(size) + 0.5) / size
    return np.cos(np.pi * np.outer(place, (0, 1, 10, 100))) / size


def _flat(look: simulation.Appearance) -> list[float]:
    """The numbers of an appearance."""
    found = [*look.light_turned, *look.light, *look.ambient]
    found += [value for _, color in sorted(look.colors.items()) for value in color]
    for _, change in sorted(look.cameras.items()):
        found += [*change.moved, *change.turned]
    for thing in look.things:
        found += [float(len(thing.shape)), *thing.size, *thing.position, *thing.color, thing.yaw]
    return found


def sample_episodes(task: str, count: int) -> list[Episode]:
    """The first recordings of `task` that ship with the program."""
    paths = sorted(SAMPLES.glob(f"{task}-*.hdf5"))[:count]
    return [read_episode(path, images=False) for path in paths]


_SIMULATION = {"core.versions.SIMULATION": versions.SIMULATION}
_RENDERING = {"core.versions.RENDERING": versions.RENDERING}
_LEARNING = {"core.versions.LEARNING": versions.LEARNING}
_EVALUATION = {"core.versions.EVALUATION": versions.EVALUATION}
_MODE = {
    name: {f"version of the mode {name} (core/policies)": mode.version}
    for name, mode in MODES.items()
    if name in ("bc", "nearest", "plan")
}
_TRAININGS = {
    "default": get_preset("default"),
    "reference": get_preset("reference"),
    **{name: configuration(name, "B", 0) for name in ("autoencoder", "contrastive", "v_jepa")},
}

SIMULATION_TOLERANCE = 1e-6
"""Data sets of the benchmark were the same on Intel and AMD, bit for bit. What may differ is
another library's rounding in double precision (1e-16), enlarged by contacts within 60 steps."""
LEARNING_TOLERANCE = 1e-4
"""Single precision rounds at 6e-8. Kernels for SSE, AVX2 and AVX-512, which add in other orders,
differ by up to 1.3e-6 after these updates, and planned actions by 2.2e-6. Fifty times that is still
far below what a change does: see `test_golden.py`."""
DISTURBANCE_TOLERANCE = 1e-5
"""Hashes are exact. What may differ is a pixel that lies between two values, by one."""
RENDERING_TOLERANCE = 0.02
"""Drivers differ in single pixels along edges, which moves the mean of a part by about 2 of 255."""
EPISODE_TOLERANCE = 0.02
"""One control step of an episode's 80."""

GOLDENS: tuple[Golden, ...] = (
    *(
        Golden(f"simulation-{task}", partial(simulate, task), _SIMULATION, SIMULATION_TOLERANCE)
        for task in ("reach", "lift", "push", "pick_place")
    ),
    *(
        Golden(f"rendering-{task}", partial(draw, task), _RENDERING, RENDERING_TOLERANCE)
        for task in ("reach", "pick_place")
    ),
    *(
        Golden(f"learning-{name}", partial(learn, settings), _LEARNING, LEARNING_TOLERANCE)
        for name, settings in _TRAININGS.items()
    ),
    *(
        Golden(f"mode-{name}", partial(act, name), _MODE[name], LEARNING_TOLERANCE)
        for name in _MODE
    ),
    Golden("disturbances", disturbed_images, _EVALUATION, DISTURBANCE_TOLERANCE),
    Golden(
        "evaluation", rollouts, {**_EVALUATION, **_SIMULATION, **_MODE["bc"]}, EPISODE_TOLERANCE
    ),
)
