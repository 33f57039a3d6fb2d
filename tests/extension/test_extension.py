"""The example package is installed beside the program and used as any of the program's own parts.

It is installed into a folder of its own, by pip and without network, and everything that uses it
runs in processes of their own: an installed package cannot be taken out of this one again.
"""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLE = sorted(p for p in (HERE / "studio_example").iterdir() if p.is_file())
KINDS = {
    "tasks": "touch",
    "sensors": "object_velocity",
    "encoders": "patches",
    "objectives": "smoothness",
    "methods": "smooth_bc",
    "modes": "careful",
    "disturbances": "rounding",
}
"""The example's entry of each kind."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """A folder with the example installed in it."""
    source = tmp_path_factory.mktemp("source")
    for file in ("pyproject.toml", *(f"studio_example/{p.name}" for p in EXAMPLE)):
        target = source / file
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((HERE / file).read_bytes())
    target = tmp_path_factory.mktemp("packages")
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", target, source], check=True
    )
    return target


def run(packages: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess:
    """A command of the program with the example installed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(packages)))}
    result = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=110,
    )
    assert result.returncode == code, result.stdout + result.stderr
    return result


def python(packages: Path, text: str) -> str:
    """What a piece of Python prints with the example installed."""
    return run(packages, "-c", textwrap.dedent(text)).stdout


def test_the_guide_shows_the_code_as_it_is():
    guide = (ROOT / "docs" / "EXTENDING.md").read_text()
    shown = [HERE / "pyproject.toml", *(p for p in EXAMPLE if p.name != "__init__.py")]
    assert len(shown) > len(KINDS)
    for file in shown:
        assert file.read_text().strip() in guide, f"docs/EXTENDING.md does not show {file.name}"


def test_one_of_each_kind_is_found(packages):
    found = python(
        packages,
        """
        from core.benchmark.methods import METHODS
        from core.learning import ENCODERS
        from core.learning.objectives import OBJECTIVES
        from core.policies import MODES
        from core.registry import extension_problems
        from core.simulation import DISTURBANCES
        from core.simulation.sensors import SENSORS
        from core.simulation.tasks import TASKS
        held = (TASKS, SENSORS, ENCODERS, OBJECTIVES, METHODS, MODES, DISTURBANCES)
        print(*(registry.names[-1] for registry in held), *extension_problems())
        """,
    )
    assert found.split() == list(KINDS.values())


def test_the_task_is_demonstrated_learned_and_evaluated_with_all_of_it(packages, tmp_path):
    """Task, sensor, objective, encoder, mode and disturbance, on the command line."""
    mine = tmp_path / "mine"
    core = ("-m", "core")
    run(packages, *core, "demonstrate", "--task", "touch", "--episodes", "3", "--out", mine)
    out = mine / "checkpoints" / "first"
    settings = ("--steps", "4", "--encoder.kind", "patches", "--loss.extra", "smoothness", "0.1")
    small = ("--encoder.latent", "16", "--belief.size", "16", "--observer.kind", "none")
    window = ("--training.window", "20", "--training.batch", "4")
    run(packages, *core, "train", mine, "--out", out, *settings, *small, *window)
    described = json.loads((out / "checkpoint.json").read_text())
    assert "object_velocity" not in described["spec"]["senses"], "a velocity is ignored"
    kinds = {field["name"]: field["kind"] for field in described["spec"]["fields"]}
    assert kinds["object_velocity"] == "velocity"
    table = tmp_path / "results.json"
    asked = ("--mode", "careful", "--condition", "rounding=0.5", "--episodes", "2")
    run(packages, *core, "evaluate", out, *asked, "--json", table)
    assert "rounding" in table.read_text()


def test_the_method_is_a_row_of_the_benchmark(packages):
    settings = python(
        packages,
        """
        from core.benchmark.methods import configuration
        print(configuration("smooth_bc", "C", 0).loss.weight("smoothness"))
        """,
    )
    assert float(settings) == 0.1


def test_all_of_it_appears_in_the_window(packages, tmp_path):
    """Pages offer task, mode and disturbance without a line of the window's own."""
    offered = run(packages, HERE / "look.py", tmp_path).stdout.splitlines()
    for text in ("Touch", "Careful", "Rounding"):
        assert text in offered


def test_an_extension_that_fails_is_named_and_everything_else_works(tmp_path):
    broken = tmp_path / "packages" / "broken-1.0.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_text(
        "[act_jepa_studio.tasks]\nlost = nowhere.at_all:TASK\n"
    )
    mine = tmp_path / "mine"
    asked = ("--task", "reach", "--episodes", "1", "--out", mine)
    result = run(broken.parent, "-m", "core", "demonstrate", *asked)
    assert list(mine.rglob("*.hdf5")), "everything else works"
    assert "the extension 'lost' (tasks) of the package broken was left out" in result.stderr
