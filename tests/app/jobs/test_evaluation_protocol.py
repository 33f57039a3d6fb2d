"""What the window and the evaluating process say to each other arrives as it was meant."""

from __future__ import annotations

import json
from pathlib import Path

from app.jobs.evaluation_protocol import (
    EvaluationPlan,
    ProgressReader,
    ProgressSender,
    command_of,
)
from core.evaluation import Progress, Result

PLAN = EvaluationPlan(
    Path("/tmp/a checkpoint"),
    ("bc", "plan"),
    (0.0, 0.3),
    7,
    Path("/tmp/out"),
    150,
    3,
    observer=False,
    beside=(("dropout", 0.5),),
)


def test_a_plan_survives_its_line():
    line = PLAN.to_line()
    assert line.count(b"\n") == 1
    assert EvaluationPlan.from_line(line) == PLAN


def test_progress_is_put_together_from_rows_that_grew():
    sender, reader = ProgressSender(), ProgressReader()
    begun = (Result("reach", "bc", 0.0, 5), Result("reach", "bc", 0.3, 5))
    grown = (begun[0].extended([True, False], [90, 200]), begun[1])
    for rows, sent in ((begun, 2), (grown, 1), (grown, 0)):
        progress = Progress(rows, "bc", 0.0, 0.5, None, False, 3, 2)
        message = json.loads(json.dumps(sender.message(progress)))
        assert len(message["rows"]) == sent
        assert reader.read(message) == progress


def test_the_command_that_makes_a_result_again_is_one_the_program_understands():
    from core.commands.evaluate import Evaluate
    from core.commands.options import parse

    command = command_of(PLAN)
    assert command[:4] == ["python", "-m", "core", "evaluate"]
    options = parse(Evaluate, "evaluate", command[4:])
    assert options.checkpoint == PLAN.checkpoint
    assert (options.mode, options.noise, options.episodes) == (("bc", "plan"), (), 7)
    assert options.condition == ("noise=0,dropout=0.5", "noise=0.3,dropout=0.5")
    assert options.horizon == 150
    assert not options.observer
