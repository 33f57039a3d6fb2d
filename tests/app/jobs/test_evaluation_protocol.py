"""What the window and the evaluating process say to each other arrives as it was meant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from app.jobs.evaluation_protocol import (
    EvaluationRequest,
    ProgressReader,
    ProgressSender,
    command_of,
)
from core.evaluation import Condition, Progress, Result

REQUEST = EvaluationRequest(
    Path("/tmp/a checkpoint"),
    ("bc", "plan"),
    (Condition(dropout=0.5), Condition(noise=0.3, dropout=0.5)),
    7,
    Path("/tmp/out"),
    150,
    3,
    observer=False,
)


def test_a_request_survives_its_line():
    line = REQUEST.to_line()
    assert line.count(b"\n") == 1
    assert EvaluationRequest.from_line(line) == REQUEST


def test_progress_is_put_together_from_rows_that_grew():
    sender, reader = ProgressSender(), ProgressReader()
    begun = (Result("reach", "bc", 0.0, 5), Result("reach", "bc", 0.3, 5))
    grown = (begun[0].extended([True, False], [90, 200]), begun[1])
    for rows, sent in ((begun, 2), (grown, 1), (grown, 0)):
        progress = Progress(rows, "bc", 0.0, 0.5, None, False, 3, 2)
        message = json.loads(json.dumps(sender.message(progress)))
        assert len(message["rows"]) == sent
        assert reader.read(message) == progress
    noisy = Result("reach", "bc", 0.0, 5, condition=Condition(pixel_noise=0.1))
    progress = Progress((*grown, noisy), "bc", 0.0, 0.5, None, condition=noisy.condition)
    again = reader.read(json.loads(json.dumps(sender.message(progress))))
    assert again == progress and again.result == noisy


def test_the_command_that_makes_a_result_again_is_one_the_program_understands():
    from core.commands.evaluate import Evaluate
    from core.commands.program import parse

    command = command_of(REQUEST)
    assert command[:4] == ["python", "-m", "core", "evaluate"]
    options = parse(Evaluate, "evaluate", command[4:])
    assert options.checkpoint == REQUEST.checkpoint
    assert (options.mode, options.noise, options.episodes) == (("bc", "plan"), (), 7)
    assert options.condition == ("dropout=0.5", "noise=0.3,dropout=0.5")
    assert options.horizon == 150
    assert not options.observer


def test_levels_of_noise_alone_make_the_short_command():
    levels = tuple(Condition(noise=level) for level in (0.0, 0.3))
    command = command_of(replace(REQUEST, conditions=levels))
    assert command[command.index("--noise") + 1 :][:3] == ["0", "0.3", "--episodes"]
    assert "--condition" not in command
