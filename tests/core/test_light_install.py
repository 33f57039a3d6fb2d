"""`pip install .` is enough to learn and to deploy; the rest says which command needs more."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


def names(requirements: list[str]) -> set[str]:
    """Names of distributions, as metadata may spell them."""
    found = {re.match(r"[\w-]+", requirement).group() for requirement in requirements}
    return {name.lower().replace("-", "_") for name in found}


@pytest.fixture(scope="session")
def light():
    """Runs code in a process that can import nothing of the extras, scipy included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    left_out = names([requirement for extra in extras for requirement in extra])
    assert not left_out & names(project["dependencies"])
    modules = {
        module
        for module, distributions in packages_distributions().items()
        if left_out & {name.lower().replace("-", "_") for name in distributions}
    }
    assert {"mujoco", "PySide6", "PIL", "av", "scipy", "matplotlib"} <= modules

    def run(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        script = BLOCK.format(absent=sorted(modules)) + code
        command = [sys.executable, "-c", script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT)

    return run


@pytest.mark.parametrize("package", ["learning", "policies", "runs.run", "data", "exchange"])
def test_it_is_imported_without_the_studio(light, package):
    done = light(f"import core.{package}")
    assert done.returncode == 0, done.stderr


def test_it_learns_and_deploys_without_the_studio(light, tmp_path):
    code = """
from core.commands import main
from core.data import read_info
from core.policies import load_policy
recordings, out, robomimic, again = sys.argv[1:]
train = ["--steps", "2", "--encoder.latent", "16", "--belief.size", "16"]
for arguments in (
    ["check", recordings],
    ["export", "robomimic", recordings, robomimic, "--task", "reach"],
    ["import", "robomimic", robomimic, again],
    ["train", again, "--out", out, *train],
):
    assert main(arguments) == 0, arguments
policy = load_policy(out)
print(policy.act({name: [0.1] * size for name, size in policy.fields.items()}).shape)
"""
    episodes = tmp_path / "episodes"
    episodes.mkdir()
    for path in sorted((ROOT / "recordings" / "samples" / "episodes").glob("reach-*"))[:3]:
        (episodes / path.name).write_bytes(path.read_bytes())
    done = light(code, tmp_path, tmp_path / "checkpoint", tmp_path / "x.hdf5", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("(7,)\n")


@pytest.mark.parametrize(
    ("arguments", "package"),
    [
        (["demonstrate", "--task", "reach", "--episodes", "1", "--out", "x"], "mujoco"),
        (["evaluate", "x", "--episodes", "1"], "mujoco"),
        (["render", "recordings/samples"], "mujoco"),
        (["export", "lerobot", "recordings/samples", "x", "--task", "reach"], "pyarrow"),
    ],
)
def test_a_command_that_needs_more_says_so(light, arguments, package):
    done = light(f"from core.commands import main\nsys.exit(main({arguments}))")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"python -m core: error: {arguments[0]} needs {package}, which")
    assert "pip install -e '.[studio]'" in done.stderr


def test_the_window_says_what_it_needs(light):
    done = light("import app.__main__")
    assert done.returncode == 1
    assert done.stderr.startswith("python -m app: the window needs PySide6")
    assert "Traceback" not in done.stderr
