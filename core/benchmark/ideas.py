"""The table of ideas: what was tried where ACT-JEPA is not ahead, on starts of its own."""

from core.benchmark.cell import Trial
from core.benchmark.methods import BASELINE, IDEAS
from core.benchmark.tables import (
    CLEAN,
    Column,
    Line,
    Scope,
    Section,
    Table,
    columns_by_task,
    make_line,
    make_section,
)
from core.evaluation import Condition
from core.policies.ensembling import FEW
from core.policies.planning import PLANNING

FIRST_VALIDATION_SEED = 2_000_000
"""Seed of the first start on which ideas are tried; no other table is measured on these."""
TASKS = ("push", "pick_place")
"""Tasks on which ideas are tried; reach, which all solve, would show nothing."""
FEWEST = 10
"""Demonstrations of a task where ideas for few of them are tried."""
DECAYS = (0.0, 0.1, 0.2, 0.4)
"""How fast older chunks lose weight, where that is tried [1/control step]."""
FAILING = (*(Condition(noise=sigma) for sigma in (0.3, 0.6, 1.0)), Condition(dropout=0.5))
"""Sensors by which forms of memory are distinguished [standard deviations of a feature]."""
LOST_OR_LATE = (Condition(dropout=0.5), Condition(delay=3))
"""Half of the frames missing; all frames three control steps old."""
_UNOBSERVED = Trial(observer=False)


def make_ideas(scope: Scope) -> Table:
    """The table within `scope`."""
    few = scope.demonstrations if scope.quick else FEWEST
    counts = (few,) if scope.quick else tuple(dict.fromkeys((few, FEW, scope.demonstrations)))
    frozen = tuple(name for name in IDEAS if name.startswith("act_jepa_"))
    joint = tuple(name for name in IDEAS if name.startswith("joint_"))
    plain = ("act_jepa_plain", *(name for name in IDEAS if name.startswith("plain_")))
    norms = ("norm_layer", "norm_batch")
    chunked = tuple(name for name in frozen if name != "act_jepa_long_inverse")
    deployed = (
        make_line("C", "act_jepa_joint", "observer off", _UNOBSERVED),
        make_line("C", "act_jepa_joint", "latent planning", Trial(PLANNING.name)),
    )
    by_task = _by_task(scope.demonstrations)
    halves = ("raw_bc", BASELINE, "act_jepa_joint")
    cheaper = _lines("C", *(each for name in halves for each in (name, f"half_{name}")))
    sections = (
        _section("what is seen", _lines("A", "raw_bc", "raw_bc_forces"), by_task),
        _section(
            "single actions, frozen",
            _lines("A", BASELINE, *frozen, *norms, "v_jepa_inverse", "autoencoder"),
            by_task,
        ),
        _section(
            "chunks, frozen",
            _lines(
                *("B", BASELINE, *chunked, *norms, "loss_l2"),
                *("v_jepa_inverse", "autoencoder_inverse"),
            ),
            by_task,
        ),
        _section(
            "prediction alone, frozen",
            _lines("B", *plain, "random_encoder", "random_layer_norm", "v_jepa", BASELINE),
            by_task,
        ),
        _section(
            f"{few} demonstrations",
            (
                *_lines("C", "raw_bc", BASELINE, "act_jepa_replays", "act_jepa_joint"),
                *_lines("C", "act_jepa_joint_plain", *joint),
                *deployed,
            ),
            _by_task(few),
        ),
        _newer_chunks(counts),
        _what_remembers(scope.demonstrations),
        _section(
            "frames lost or late",
            (
                *_lines("C", "raw_bc", "raw_bc_observer", BASELINE, "act_jepa_joint"),
                *_lines("C", "act_jepa_joint_plain", *joint),
                *deployed,
            ),
            _by_condition(LOST_OR_LATE, scope.demonstrations),
        ),
        _section("half of the updates", cheaper, by_task),
    )
    return Table(
        "ideas",
        "Ideas tried",
        "Changes meant to bring ACT-JEPA ahead where it is not, compared with what they change or "
        "have to overtake. Push and pick-place; reach, which all solve, is left out.",
        sections,
        "validation starts",
    )


def _newer_chunks(counts: tuple[int, ...]) -> Section:
    """How much newer chunks weigh, by number of demonstrations."""
    lines = tuple(
        make_line("C", method, f"decay {decay:g}", Trial(decay=decay))
        for method in ("raw_bc", "act_jepa_joint")
        for decay in DECAYS
    )
    columns = tuple(_column(f"{count} demonstrations", count) for count in counts)
    return _section("how much newer chunks weigh", lines, columns, compared=0)


def _what_remembers(demonstrations: int) -> Section:
    """Forms of belief by how sensors fail, without the observer unless said."""
    lines = (
        make_line("C", "raw_bc", "GRU"),
        make_line("B", "raw_bc", "no memory"),
        *_lines("C", "stack_raw_bc"),
        make_line("C", "raw_bc_noise", "GRU"),
        make_line("C", "act_jepa_joint", "GRU", _UNOBSERVED),
        *_lines("C", "stack_act_jepa_joint", "filter_act_jepa_joint"),
        make_line("C", "act_jepa_joint_noise", "GRU", _UNOBSERVED),
        *_lines("C", "filter_act_jepa_joint_noise"),
        make_line("C", "act_jepa_joint", "GRU, behind the observer"),
    )
    columns = (_column("clean", demonstrations), *_by_condition(FAILING, demonstrations))
    compared = 1 + FAILING.index(Condition(noise=0.6))
    return _section("what remembers", lines, columns, compared)


def _lines(regime: str, *methods: str) -> tuple[Line, ...]:
    return tuple(make_line(regime, name) for name in methods)


def _column(title: str, demonstrations: int, condition: Condition = CLEAN) -> Column:
    return Column(title, TASKS, demonstrations, condition, FIRST_VALIDATION_SEED)


def _by_task(demonstrations: int) -> tuple[Column, ...]:
    return columns_by_task(demonstrations, TASKS, FIRST_VALIDATION_SEED)


def _by_condition(conditions: tuple[Condition, ...], demonstrations: int) -> tuple[Column, ...]:
    return tuple(_column(str(c).replace("=", " "), demonstrations, c) for c in conditions)


def _section(
    title: str, lines: tuple[Line, ...], columns: tuple[Column, ...], compared: int = -1
) -> Section:
    """Compared with its first line, whatever that is."""
    title = f"{lines[0].regime}: {title}"
    return make_section(title, lines, columns, baseline=lines[0], compared=compared)
