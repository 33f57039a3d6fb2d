"""What the tables show: their lines, columns and sections."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from core import simulation
from core.benchmark import reference
from core.benchmark.cell import Trial
from core.benchmark.ideas import make_ideas
from core.benchmark.methods import (
    ABLATIONS,
    BASELINE,
    METHODS,
    NOISE,
    NOISE_TRAINED,
    REGIMES,
    STATE_REGIMES,
)
from core.benchmark.tables import (
    CLEAN,
    TASKS,
    Column,
    Line,
    Scope,
    Section,
    Table,
    columns_by_task,
    make_line,
    make_section,
)
from core.errors import UnknownNameError
from core.evaluation import Condition
from core.policies import MODES
from core.policies.ensembling import FEW

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.6)
"""Sensor noise of the noise table [σ]."""
WORSE_SENSORS = (
    Condition(bias=0.3),
    Condition(drift=0.03),
    Condition(dropout=0.5),
    Condition(delay=3),
)
"""What else the noise table asks of methods with memory."""
DISPLACEMENTS = (Condition(displace_object=0.05), Condition(displace_goal=0.10))
"""What the table of modes asks for at step 40."""
NOISE_METHODS = ("raw_bc", "autoencoder", "predictive_autoencoder", "v_jepa", BASELINE)
"""Methods of the noise table, besides ACT-JEPA trained jointly."""


def make_table(name: str, scope: Scope) -> Table:
    """The table called `name`; raises :class:`UnknownNameError`."""
    if name not in _TABLES:
        raise UnknownNameError("table", name, (*TABLE_NAMES, "all"))
    return _TABLES[name](scope)


def _main(scope: Scope) -> Table:
    sections = [
        _section(
            regime,
            (
                make_line(regime, name, reference=reference.TASKS.get(name))
                for name in METHODS
                if regime == "C" or name != "raw_bc_observer"
            ),
            columns_by_task(scope.demonstrations),
        )
        for regime in STATE_REGIMES
    ]
    return Table(
        "main",
        "Success by method",
        "Clean sensors; behavioural cloning from the policy head.",
        tuple(sections),
    )


def _noise(scope: Scope) -> Table:
    levels = [
        Column(f"σ {level:g}", TASKS, scope.demonstrations, Condition(noise=level), x=level)
        for level in (0.0, *LEVELS)
    ]
    worse = [
        Column(str(condition).replace("=", " "), TASKS, scope.demonstrations, condition)
        for condition in WORSE_SENSORS
    ]
    sections = []
    for regime in STATE_REGIMES:
        lines = [
            make_line(regime, name, reference=_by_title("σ {:g}", reference.NOISE.get(name)))
            for name in (*NOISE_METHODS, "act_jepa_joint")
        ]
        if regime == "B":
            lines += [make_line(regime, name) for name in NOISE_TRAINED]
        if regime == "C":
            others = ("raw_bc_observer", "raw_bc_noise", "act_jepa_joint_noise")
            off = Line(
                f"{METHODS['act_jepa_joint'].title}, observer off",
                regime,
                "act_jepa_joint",
                Trial(observer=False),
            )
            lines += [off, *(make_line(regime, name) for name in others)]
        section = _section(
            regime,
            lines,
            (*levels, *(worse if regime == "C" else ())),
            compared=len(LEVELS),
            axis="sensor noise σ [standard deviations]",
        )
        sections.append(replace(section, clean=levels[0]))
    return Table(
        "noise",
        "Success with worse sensors",
        "Mean over the tasks. σ: standard deviation of a feature over the training data. bias: an "
        "offset for the whole episode; drift: a random walk, per square root of a control step; "
        "dropout: share of frames that never arrive; delay: control steps; a policy knows which "
        "frames are missing, and how late they are. After the interval: what is kept of the "
        "success at σ 0. Rows are trained on clean recordings unless they say that they are "
        f"trained with noise (up to {NOISE} σ). In C ACT-JEPA has an observer before its encoder, "
        "which has a memory of its own and learns from windows with noise of up to 1 σ and up to "
        "half of their frames missing, the policy from clean ones.",
        tuple(sections),
    )


def _modes(scope: Scope) -> Table:
    conditions = (CLEAN, Condition(noise=0.3), *DISPLACEMENTS)
    columns = []
    for condition in conditions:
        moved = condition.displace_object > 0
        tasks = tuple(t for t in TASKS if simulation.TASKS[t].has_object) if moved else TASKS
        title = str(condition).replace("=", " ").replace("_", " ")
        columns.append(Column(title, tasks, scope.demonstrations, condition))
    displaced = [bool(condition.displace_object) for condition in conditions].index(True)
    sections = []
    for method in (BASELINE, "act_jepa_joint"):
        lines = [
            make_line("C", method, mode.title.lower(), Trial(name)) for name, mode in MODES.items()
        ]
        title = f"C: {METHODS[method].title}"
        section = make_section(title, lines, columns, baseline=lines[0], compared=displaced)
        sections.append(section)
    return Table(
        "modes",
        "Ways of choosing actions",
        "Mean over the tasks (those with an object, where it is displaced). At step 40 the object "
        "is displaced by 5 cm, or the goal by 10 cm.",
        tuple(sections),
    )


def _ablation(scope: Scope) -> Table:
    variants = {
        BASELINE: "full",
        "act_jepa_plain": "no inverse dynamics",
        **{name: method.title for name, method in ABLATIONS.items()},
    }
    lines = [
        Line(title, "B", name, reference=_by_title("mean", reference.ABLATIONS.get(name)))
        for name, title in variants.items()
    ]
    return Table(
        "ablation",
        "What each part is for",
        f"{METHODS[BASELINE].title}, with one change. Changes that the default has already made "
        "give the numbers of the full method. Inverse dynamics spans 16 control steps throughout, "
        "which suits chunks of 16 and not single actions.",
        (_section("B", lines, columns_by_task(scope.demonstrations)),),
    )


def _data(scope: Scope) -> Table:
    counts = (3, scope.demonstrations) if scope.quick else (10, 25, 50, 100)
    columns = tuple(Column(str(count), TASKS, count, x=count) for count in counts)
    methods = ("raw_bc", "predictive_autoencoder", BASELINE, "act_jepa_joint")
    reported = reference.DEMONSTRATIONS
    sections = [
        _section(
            regime,
            (
                make_line(regime, name, reference=_by_title("{}", reported.get(name)))
                for name in methods
            ),
            columns,
            compared=0,
            axis="demonstrations of a task",
        )
        for regime in ("A", "C")
    ]
    return Table(
        "data",
        "Success by number of demonstrations",
        f"Clean sensors; mean over the tasks. With {FEW} demonstrations or fewer, newer chunks "
        "weigh more, whatever the method: chosen on validation starts, in the table of ideas.",
        tuple(sections),
    )


def _collapse(scope: Scope) -> Table:
    success = Column("success", TASKS, scope.demonstrations)
    measures = (
        ("std", "standard_deviation"),
        ("effective rank", "effective_rank"),
        ("probe R²", "probe"),
        ("action sensitivity", "action_sensitivity"),
        ("error, 1 step", "prediction_error.1"),
        ("error, 8 steps", "prediction_error.8"),
    )
    columns = tuple(
        Column(title, TASKS, scope.demonstrations, measure=measure) for title, measure in measures
    )
    names = (
        *(name for name in METHODS if name != "raw_bc_observer"),
        *("no_ema", "no_ema_plain", "no_ema_no_stop_gradient", "tau_0.99", "tau_0.996"),
        *("tau_0.999", "tau_0.9999", "no_actions", "norm_layer", "norm_batch"),
    )
    section = _section("B", (make_line("B", name) for name in names), (*columns, success))
    return Table(
        "collapse",
        "Collapse and quality of the representation",
        "Mean over the tasks. Probe: R² of a linear map from the latent to the observation. Action "
        "sensitivity: prediction error with shuffled over that with true actions, 1 where actions "
        "are ignored. Errors are parts of the variance of the latent. All measured on the "
        "demonstrations that were learned from, the probe fitted on one half of them and measured "
        "on the other. –: nothing learned to predict.",
        (section,),
    )


def _section(
    regime: str,
    lines: Iterable[Line],
    columns: Iterable[Column],
    compared: int = -1,
    axis: str = "",
) -> Section:
    title = f"{regime}: {REGIMES[regime].title}"
    return make_section(title, lines, columns, compared=compared, axis=axis)


def _by_title(title: str, rates: Mapping[Any, float] | float | None) -> dict[str, float]:
    """What the reference reports, by title of the column; `rates` by what it varies."""
    if isinstance(rates, float):
        return {title: rates}
    return {title.format(value): rate for value, rate in (rates or {}).items()}


_TABLES: dict[str, Callable[[Scope], Table]] = {
    "main": _main,
    "noise": _noise,
    "modes": _modes,
    "ablation": _ablation,
    "data": _data,
    "collapse": _collapse,
    "ideas": make_ideas,
}
TABLE_NAMES: tuple[str, ...] = tuple(_TABLES)
"""Names of the tables."""
