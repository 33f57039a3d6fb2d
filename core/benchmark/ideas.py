"""The table of ideas: what was tried where ACT-JEPA is not ahead, on starts of its own."""

from dataclasses import replace

from core.benchmark.methods import BASELINE, IDEAS, get_method
from core.benchmark.tables import CLEAN, Column, Line, Scope, Section, Table
from core.evaluation import Condition
from core.policies import DEFAULT_MODE
from core.policies.ensembling import FEW
from core.policies.planning import PLANNING

FIRST_VALIDATION_SEED = 2_000_000
"""Seed of the first start on which ideas are tried; no other table is measured on these."""
TASKS = ("push", "pick_place")
"""Tasks on which ideas are tried; reach, which all solve, would tell nothing."""
FEWEST = 10
"""Demonstrations of a task where ideas for few of them are tried."""
DECAYS = (0.0, 0.1, 0.2, 0.4)
"""How fast older chunks lose weight, where that is tried [1/control step]."""
FAILING = (*(Condition(noise=sigma) for sigma in (0.3, 0.6, 1.0)), Condition(dropout=0.5))
"""Sensors by which forms of memory are told apart [standard deviations of a feature]."""
LOST_OR_LATE = (Condition(dropout=0.5), Condition(delay=3))
"""Half of the frames missing; all frames three control steps old."""

Shown = tuple[Column, ...]


def make_ideas(scope: Scope) -> Table:
    """The table within `scope`."""
    few = scope.demonstrations if scope.quick else FEWEST
    every = scope.demonstrations
    frozen = tuple(name for name in IDEAS if name.startswith("act_jepa_"))
    joint = tuple(name for name in IDEAS if name.startswith("joint_"))
    plain = ("act_jepa_plain", *(name for name in IDEAS if name.startswith("plain_")))
    norms = ("norm_layer", "norm_batch")
    chunked = tuple(name for name in frozen if name != "act_jepa_long_inverse")
    unobserved = _line("act_jepa_joint", "observer off", observer=False)
    planned = _line("act_jepa_joint", "latent planning", mode=PLANNING.name)
    sections = (
        _section("what is seen", _lines("A", "raw_bc", "raw_bc_forces"), _by_task(every)),
        _section(
            "single actions, frozen",
            _lines("A", BASELINE, *frozen, *norms, "v_jepa_inverse", "autoencoder"),
            _by_task(every),
        ),
        _section(
            "chunks, frozen",
            _lines(
                *("B", BASELINE, *chunked, *norms, "loss_l2"),
                *("v_jepa_inverse", "autoencoder_inverse"),
            ),
            _by_task(every),
        ),
        _section(
            "prediction alone, frozen",
            _lines("B", *plain, "random_encoder", "random_layer_norm", "v_jepa", BASELINE),
            _by_task(every),
        ),
        _section(
            f"{few} demonstrations",
            (
                *_lines("C", "raw_bc", BASELINE, "act_jepa_replays", "act_jepa_joint"),
                *_lines("C", "act_jepa_joint_plain", *joint),
                *(unobserved, planned),
            ),
            _by_task(few),
        ),
        _newer_chunks((few,) if scope.quick else tuple(dict.fromkeys((few, FEW, every)))),
        _what_remembers(every),
        _section(
            "frames lost or late",
            (
                *_lines("C", "raw_bc", "raw_bc_observer", BASELINE, "act_jepa_joint"),
                *_lines("C", "act_jepa_joint_plain", *joint),
                *(unobserved, planned),
            ),
            _by_condition(LOST_OR_LATE, every),
        ),
    )
    halves = ("raw_bc", BASELINE, "act_jepa_joint")
    cheaper = _lines("C", *(each for name in halves for each in (name, f"half_{name}")))
    return Table(
        "ideas",
        "Ideas tried",
        "Changes meant to bring ACT-JEPA ahead where it is not, beside what they change or have to "
        "overtake. Push and pick-place; reach, which all solve, is left out.",
        (*sections, _section("half of the updates", cheaper, _by_task(every))),
        "validation starts",
    )


def _newer_chunks(counts: tuple[int, ...]) -> Section:
    """How much newer chunks weigh, by number of demonstrations."""
    lines = tuple(
        _line(method, f"decay {decay:g}", decay=decay)
        for method in ("raw_bc", "act_jepa_joint")
        for decay in DECAYS
    )
    section = _section("how much newer chunks weigh", lines, _by_number(counts))
    return replace(section, compared=section.columns[0])


def _what_remembers(demonstrations: int) -> Section:
    """Forms of belief by how sensors fail, without the observer unless said."""
    lines = (
        _line("raw_bc", "GRU"),
        replace(_line("raw_bc", "no memory"), regime="B"),
        *_lines("C", "stack_raw_bc"),
        _line("raw_bc_noise", "GRU"),
        _line("act_jepa_joint", "GRU", observer=False),
        *_lines("C", "stack_act_jepa_joint", "filter_act_jepa_joint"),
        _line("act_jepa_joint_noise", "GRU", observer=False),
        *_lines("C", "filter_act_jepa_joint_noise"),
        _line("act_jepa_joint", "GRU, behind the observer"),
    )
    columns = (_column("clean", demonstrations), *_by_condition(FAILING, demonstrations))
    section = _section("what remembers", lines, columns)
    return replace(section, compared=columns[FAILING.index(Condition(noise=0.6)) + 1])


def _lines(regime: str, *methods: str) -> tuple[Line, ...]:
    return tuple(Line(get_method(name).title, regime, name) for name in methods)


def _line(
    method: str,
    change: str,
    *,
    mode: str = DEFAULT_MODE,
    observer: bool = True,
    decay: float | None = None,
) -> Line:
    """A method with memory that is deployed in another way."""
    title = f"{get_method(method).title}: {change}"
    return Line(title, "C", method, mode, observer, decay)


def _column(title: str, demonstrations: int, tasks: tuple[str, ...] = TASKS) -> Column:
    return Column(title, tasks, demonstrations, CLEAN, FIRST_VALIDATION_SEED)


def _by_task(demonstrations: int) -> Shown:
    each = (_column(task, demonstrations, (task,)) for task in TASKS)
    return (*each, _column("mean", demonstrations))


def _by_number(counts: tuple[int, ...]) -> Shown:
    return tuple(_column(f"{count} demonstrations", count) for count in counts)


def _by_condition(conditions: tuple[Condition, ...], demonstrations: int) -> Shown:
    return tuple(
        replace(_column(str(each).replace("=", " "), demonstrations), condition=each)
        for each in conditions
    )


def _section(title: str, lines: tuple[Line, ...], columns: Shown) -> Section:
    title = f"{lines[0].regime}: {title}"
    return Section(title, lines, columns, baseline=lines[0], compared=columns[-1])
