import os
import subprocess
import sys

import pytest

from core.commands.program import COMMANDS


def assert_one_sentence(stderr: str) -> None:
    assert stderr.count("\n") == 1, stderr
    assert stderr.startswith("python -m core: error: ")
    assert "Traceback" not in stderr


def test_help_loads_nothing_heavy():
    command = [sys.executable, "-X", "importtime", "-m", "core", "--help"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    names = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in loaded.splitlines()}
    assert "core" in names
    assert not names & {"torch", "mujoco", "h5py", "numpy", "matplotlib"}


def test_help_lists_commands_with_examples(start):
    process = start("--help")
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    for name in COMMANDS:
        assert f"  {name}" in stdout
        assert f"python -m core {name} " in stdout


def test_the_exit_code_of_the_process(start, tmp_path):
    process = start("check", tmp_path / "nowhere")
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (1, "")
    assert_one_sentence(stderr)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself(run, name):
    result = run(name, "--help")
    assert result.returncode == 0, result.stderr
    assert f"usage: python -m core {name}" in result.stdout
    assert f"Example: python -m core {name}" in result.stdout


@pytest.mark.parametrize("name", ["demonstrate", "evaluate", "check"])
def test_help_loads_neither_torch_nor_the_simulator(name):
    code = (
        "import sys\nfrom core.commands import main\n"
        f"try:\n    main(['{name}', '--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(str({'torch', 'mujoco'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr.strip() == "set()"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["juggle"],
        ["check"],
        ["demonstrate", "--episodes", "3"],
        ["demonstrate", "--task", "reach", "--out", "x", "--episodes", "many"],
        ["demonstrate", "--task", "reach", "--out", "x", "--episodes", "0"],
        ["evaluate", "x", "--mode", "guess"],
        ["train", "--out", "x"],
        ["train", "x", "--out", "y", "--encoder.latent", "-3"],
    ],
)
def test_wrong_usage_is_exit_code_2(run, arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["check", "/nowhere"], "/nowhere does not exist"),
        (["evaluate", "/nowhere"], "/nowhere"),
        (["train", "/nowhere", "--out", "{tmp}/c"], "/nowhere does not exist"),
        (["train", "{tmp}", "--out", "{tmp}/c"], "no recordings"),
        (["demonstrate", "--task", "stak", "--out", "{tmp}"], "pick_place"),
        (
            ["demonstrate", "--task", "reach", "--out", "{tmp}/file/x"],
            "part of this path is a file",
        ),
        (["demonstrate", "--task", "reach", "--out", "/proc/x"], "/proc/x"),
        (["evaluate", "/nowhere", "--json", "{tmp}/file/x.json"], "part of this path is a file"),
    ],
)
def test_failures_are_one_sentence_and_exit_code_1(run, tmp_path, arguments, reason):
    (tmp_path / "file").write_text("in the way")
    result = run(*[argument.format(tmp=tmp_path) for argument in arguments])
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert_one_sentence(result.stderr)
    assert reason in result.stderr


def test_a_reader_that_leaves_is_no_crash(start, tmp_path):
    (tmp_path / "broken.hdf5").write_bytes(b"x")
    process = start("check", tmp_path)
    process.stdout.close()
    stderr = process.stderr.read()
    assert process.wait(timeout=30) == 1
    assert "Traceback" not in stderr
    assert "Exception ignored" not in stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["demonstrate", "--task", "stak", "--out", "x"], 1)],
)
def test_an_extension_that_fails_is_named_in_a_sentence(tmp_path, arguments, code):
    described = tmp_path / "stacking-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: stacking\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[act_jepa_studio.tasks]\nstack = stacking:TASK\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    result = subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert result.returncode == code
    last = result.stderr.splitlines()[-1]
    assert last.startswith("python -m core: the extension 'stack' (tasks) of the package stacking")
    assert "ModuleNotFoundError" in last
    assert "Traceback" not in result.stderr
