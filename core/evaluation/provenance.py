"""Everything needed to obtain a result again."""

import contextlib
import hashlib
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.data import software_versions
from core.evaluation.errors import EvaluationError
from core.learning import Checkpoint


def folder_hash(folder: Path | str) -> str:
    """SHA-256 over the names and contents of all files of a checkpoint folder.

    Raises :class:`EvaluationError` if the folder cannot be read.
    """
    folder = Path(folder)
    digest = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    except OSError as error:
        raise EvaluationError(
            f"cannot read {folder}: {error.strerror or error}; check its permissions"
        ) from error
    return digest.hexdigest()


def provenance(
    checkpoint: Checkpoint,
    folder: Path | str | None,
    *,
    first_seed: int,
    episodes: int,
    horizon: int,
    observer: bool = True,
    command: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Versions, checkpoint, configuration, seeds, machine and command, ready for JSON.

    `folder` is where the checkpoint was loaded from (None: not from disk), `observer` whether its
    observer, if it has one, corrected what was sensed, `command` the arguments that make the result
    again (default: those of this process).
    """
    configuration = checkpoint.configuration
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(command if command is not None else _command()),
        "versions": software_versions(),
        "machine": machine(),
        "seeds": {"first": first_seed, "count": episodes},
        "horizon": horizon,
        "observer": observer and checkpoint.model.any_observer is not None,
        "checkpoint": {
            "path": None if folder is None else str(Path(folder).absolute()),
            "sha256": None if folder is None else folder_hash(folder),
            "task": checkpoint.spec.task,
            "control_rate": checkpoint.spec.control_rate,
            "configuration": asdict(configuration) if is_dataclass(configuration) else None,
            "training": dict(checkpoint.provenance),
        },
    }


def machine() -> dict[str, Any]:
    """The machine, as far as it matters for comparing times."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    """Model name of the processor; Linux tells it in a file only."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _command() -> list[str]:
    """The command line of this process, with `python -m` where it was started so."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is None:
        return list(sys.argv)
    name = spec.name.removesuffix(".__main__")
    return ["python", "-m", name, *sys.argv[1:]]
