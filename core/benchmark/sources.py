"""Which code a result depends on: a hash that comments and documentation do not change."""

import ast
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

CORE: Path = Path(__file__).resolve().parents[1]
"""Folder of the package `core`."""

SIMULATION = (
    "simulation/command.py",
    "simulation/control.py",
    "simulation/model.py",
    "simulation/observation.py",
    "simulation/operator",
    "simulation/rotation.py",
    "simulation/start.py",
    "simulation/task.py",
    "simulation/tasks",
    "simulation/world.py",
)
"""What decides which demonstrations there are."""
LEARNING = ("learning",)
"""What decides what is learned from them."""
REPLAYS = ("data/replays.py",)
"""What decides, beside the simulation, which replays there are of them."""
EVALUATION = (
    *SIMULATION,
    "simulation/noise.py",
    "policies/ensembling.py",
    "policies/policy.py",
    "evaluation/cohort.py",
    "evaluation/conditions.py",
    "evaluation/evaluator.py",
    "evaluation/rollout.py",
    "evaluation/sensing.py",
    "benchmark/execution.py",
)
"""What decides, beside the checkpoint and the mode, which episodes succeed."""
_NEAREST = ("policies/nearest_neighbour.py",)
MODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bc": ("policies/cloning.py",),
        "nearest": _NEAREST,
        "plan": (*_NEAREST, "policies/planning.py", "policies/surprise.py"),
    }
)
"""What each mode adds: a better plan costs no evaluation of behavioural cloning."""
WITHOUT_EFFECT = frozenset(
    {
        "__init__.py",
        "allocation.py",
        "checkpoints.py",
        "collapse.py",
        "configuration.py",
        "errors.py",
        "presets.py",
        "quality.py",
        "reports.py",
        "validation.py",
    }
)
"""Files that tell, name, store or speed up, and change no result. Settings do, and are hashed by
their values, whatever the default is."""


@cache
def source_hash(*paths: str) -> str:
    """SHA-256 over the code of files and folders, given relative to `core/`.

    Layout, comments, docstrings and the documentation lines of fields do not count: a better
    sentence must not cost hours of training.
    """
    digest = hashlib.sha256()
    for path in paths:
        whole = CORE / path
        files = [whole] if whole.is_file() else sorted(whole.rglob("*.py"))
        if not files:
            raise FileNotFoundError(f"{whole} holds no source")
        for file in files:
            if file.name not in WITHOUT_EFFECT:
                digest.update(file.relative_to(CORE).as_posix().encode() + b"\0")
                digest.update(essence(file.read_text("utf-8")).encode() + b"\0")
    return digest.hexdigest()


def essence(source: str) -> str:
    """`source` without comments, layout, docstrings and documentation lines."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [each for each in body if not _is_text(each)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]  # it has one
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    """Whether the statement is a string that nobody uses."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
