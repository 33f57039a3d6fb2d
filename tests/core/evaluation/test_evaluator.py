import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.errors import UnknownNameError
from core.evaluation import Condition, MismatchError, SettingsError, evaluate, require_fit
from core.policies import MODES
from core.rollout.batch import CAMERA_GROUP
from core.simulation import ConditionError, PolicyCameras, UnavailableGraphicsError, canvas


def last(progress):
    for entry in progress:
        final = entry
    return final


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("evaluation")]


def test_every_cell_is_filled_and_all_are_paired(checkpoint):
    final = last(evaluate(checkpoint, MODES, (0.0, 0.3), 3, horizon=12))
    assert [(row.mode, row.noise) for row in final.results] == [
        (mode, noise) for mode in MODES for noise in (0.0, 0.3)
    ]
    assert {(row.task, row.episodes, row.first_seed) for row in final.results} == {
        ("reach", 3, 1_000_000)
    }
    assert (final.finished, final.fraction, final.seconds_left) == (True, 1.0, 0.0)


def test_results_do_not_depend_on_batches_threads_or_the_first_seed(checkpoint):
    settings = {"modes": ("bc", "nearest"), "noise_levels": (0.2,), "horizon": 40}
    whole = last(evaluate(checkpoint, episodes=10, **settings)).results
    for options in ({"batch": 3}, {"threads": 1}, {"batch": 7, "threads": 2}):
        assert last(evaluate(checkpoint, episodes=10, **settings, **options)).results == whole
    single = last(evaluate(checkpoint, episodes=1, first_seed=1_000_006, **settings)).results
    for one, all_of_them in zip(single, whole, strict=True):
        assert one.outcomes[0] == all_of_them.outcomes[6]
        assert one.steps[0] == all_of_them.steps[6]


def test_curves_fill_in_batch_by_batch(checkpoint):
    seen = [
        tuple(row.episodes for row in progress.results)
        for progress in evaluate(checkpoint, ("bc", "nearest"), (0.0,), 4, horizon=8, batch=2)
    ]
    assert list(dict.fromkeys(seen)) == [(0, 0), (2, 0), (2, 2), (4, 2), (4, 4)]


def test_fractions_only_grow(checkpoint):
    fractions = [
        progress.fraction
        for progress in evaluate(checkpoint, ("plan",), (0.0,), 6, horizon=60, batch=3)
    ]
    assert fractions == sorted(fractions)
    assert len(fractions) > 4  # reports come also while a batch runs
    assert fractions[-1] == 1.0


def test_stopping_keeps_whole_batches_and_leaves_no_thread(checkpoint):
    stop = threading.Event()
    seen = []
    for progress in evaluate(
        checkpoint, ("bc",), (0.0,), 100, horizon=10, batch=5, should_stop=stop
    ):
        seen.append(progress)
        if progress.result.episodes >= 10:
            stop.set()
    assert 10 <= seen[-1].result.episodes < 100
    assert seen[-1].result.episodes % 5 == 0
    assert not seen[-1].finished
    assert threads() == []


def test_leaving_the_loop_stops_what_runs(checkpoint):
    progress = evaluate(checkpoint, ("plan",), (0.0,), 20, horizon=100_000)
    next(progress)
    next(progress)
    assert threads()
    progress.close()
    assert threads() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"modes": ()}, "no mode to evaluate; modes: bc, nearest, plan"),
        ({"episodes": 0}, "episodes is 0"),
        ({"horizon": 0}, "horizon is 0"),
        ({"first_seed": -1}, "first seed is -1"),
    ],
)
def test_senseless_settings_are_refused_at_the_call(checkpoint, change, message):
    settings = {"modes": ("bc",), "noise_levels": (0.0,), "episodes": 2} | change
    with pytest.raises(SettingsError, match=message):
        evaluate(checkpoint, **settings)


@pytest.mark.parametrize("level", [-0.2, float("nan")])
def test_senseless_noise_is_refused_at_the_call(checkpoint, level):
    with pytest.raises(ConditionError, match=f"noise is {level}; expected 0 or more"):
        evaluate(checkpoint, ("bc",), (0.1, level), 2)


def test_unknown_modes_are_refused_at_the_call(checkpoint):
    with pytest.raises(UnknownNameError, match="unknown mode 'guess'; modes: bc, nearest, plan"):
        evaluate(checkpoint, ("guess",), (0.0,), 2)


def test_a_checkpoint_of_another_rate_is_refused(other_rate):
    with pytest.raises(MismatchError, match="trained at 10 Hz and the simulation runs at 20 Hz"):
        evaluate(other_rate, ("bc",), (0.0,), 2)


def test_a_failure_in_a_policy_reaches_the_caller(checkpoint):
    with pytest.raises(TypeError):
        list(evaluate(checkpoint, ("bc",), (0.0,), 2, options={"bc": {"no_such_option": 1}}))
    assert threads() == []


def test_conditions_stand_beside_noise_levels(checkpoint):
    conditions = (Condition(bias=0.5), Condition(noise=0.2, displace_goal=0.05))
    final = last(evaluate(checkpoint, ("bc",), (0.0,), 3, conditions=conditions, horizon=45))
    assert [row.condition for row in final.results] == [Condition(), *conditions]
    assert [row.noise for row in final.results] == [0.0, 0.0, 0.2]
    assert {row.episodes for row in final.results} == {3}
    assert final.result is final.results[-1]


def test_a_displacement_of_what_is_not_there_is_refused(checkpoint):
    with pytest.raises(SettingsError, match="task 'reach' has no object to displace"):
        evaluate(checkpoint, ("bc",), (), 2, conditions=(Condition(displace_object=0.05),))


def test_what_only_cameras_show_is_refused_for_a_policy_without_them(checkpoint):
    for condition in (Condition(pixel_noise=0.1), Condition(light_direction=40)):
        with pytest.raises(SettingsError, match="policy senses no camera images; leave "):
            evaluate(checkpoint, ("bc",), (), 2, conditions=(condition,))


def test_a_camera_policy_is_evaluated_under_what_images_show(camera_checkpoint):
    conditions = (
        Condition(pixel_noise=0.1, frozen_images=0.5, late_images=2),
        Condition(noise=0.2, lost_images=0.5, camera_turned=5, distractors=3),
    )
    final = last(evaluate(camera_checkpoint, ("bc",), (), 3, conditions=conditions, horizon=8))
    assert [row.condition for row in final.results] == list(conditions)
    assert {row.episodes for row in final.results} == {3}


def test_a_camera_policy_is_evaluated_whatever_runs_together(camera_checkpoint, monkeypatch):
    """Each half has cameras of its own, which are closed on the thread that drew with them."""
    closed = []
    close = PolicyCameras.close
    monkeypatch.setattr(
        PolicyCameras,
        "close",
        lambda self: closed.append(threading.current_thread().name) or close(self),
    )
    episodes = CAMERA_GROUP + 3  # two groups, and so two halves
    settings = {"modes": ("bc",), "noise_levels": (0.2,), "horizon": 6, "episodes": episodes}
    whole = last(evaluate(camera_checkpoint, threads=2, **settings)).results
    assert len(closed) == 2 and len({name[: len("evaluation 0")] for name in closed}) == 2
    for options in ({"batch": 3}, {"threads": 1}):
        assert last(evaluate(camera_checkpoint, **settings, **options)).results == whole
    assert threads() == []


def test_images_that_no_camera_gives_do_not_fit(camera_checkpoint):
    spec = camera_checkpoint.spec
    require_fit(camera_checkpoint)
    drawn = tuple(
        replace(field, rendering=7) if field.kind == "image" else field for field in spec.fields
    )
    with pytest.raises(MismatchError, match="version 7 of the settings"):
        require_fit(SimpleNamespace(spec=replace(spec, fields=drawn)))


def test_no_graphics_reach_the_caller_as_a_sentence(camera_checkpoint, monkeypatch):
    monkeypatch.setattr(canvas, "_backends", lambda: ("nothing",))
    with pytest.raises(UnavailableGraphicsError, match="no OpenGL context"):
        list(evaluate(camera_checkpoint, ("bc",), (0.0,), 2, horizon=3))
    assert threads() == []
