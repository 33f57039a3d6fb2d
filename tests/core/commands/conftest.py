"""The program as users run it: its streams and its exit code."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.commands import main

ENVIRONMENT = os.environ | {"COLUMNS": "100", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Result:
    returncode: int
    stdout: str
    stderr: str


def run_here(*arguments: object) -> Result:
    """In this process: torch takes seconds to load, and most tests need no process of their own."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ending:
            code = int(ending.code or 0)
    return Result(code, stdout.getvalue(), stderr.getvalue())


@pytest.fixture(scope="session")
def run() -> Callable[..., Result]:
    return run_here


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the program as a process; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "core", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait(timeout=10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture(scope="session")
def demonstrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a few demonstrations of reaching."""
    folder = tmp_path_factory.mktemp("workspace")
    result = run_here("demonstrate", "--task", "reach", "--episodes", 4, "--out", folder)
    assert result.returncode == 0, result.stderr
    return folder
