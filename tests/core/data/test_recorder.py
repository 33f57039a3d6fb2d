import numpy as np
import pytest

from core.data import EpisodeRecorder, InvalidEpisodeError
from core.spec import ARM, Field

A, B = Field("a", (3,), "position", "m"), Field("b", (2,))


def begin(recorder: EpisodeRecorder, **changes) -> None:
    given = {"control_rate": 20.0, "model_hash": "h", "fields": (A, B)} | changes
    recorder.begin("push", 3, "gamepad", **given)


def test_rows_become_an_episode_in_order():
    recorder = EpisodeRecorder()
    begin(recorder)
    for step in range(4):
        recorder.append(
            {"b": np.full(2, step), "a": np.full((1, 3), step), "unused": np.zeros(9)},
            np.full((1, 7), step / 10),
            step,
            np.full((1, 5), step),
            intervention=step == 2,
        )
    assert len(recorder) == 4
    episode = recorder.finish(True, measured_rate=19.9)
    assert len(recorder) == 0
    assert tuple(episode.observations) == ("a", "b")
    np.testing.assert_array_equal(episode.observations["a"][:, 0], [0, 1, 2, 3])
    np.testing.assert_allclose(episode.actions[:, 6], [0, 0.1, 0.2, 0.3], rtol=1e-6)
    np.testing.assert_array_equal(episode.dones, [0, 0, 0, 1])
    np.testing.assert_array_equal(episode.interventions, [False, False, True, False])
    assert episode.states.shape == (4, 5)
    info = episode.info
    assert (info.task, info.seed, info.operator, info.steps) == ("push", 3, "gamepad", 4)
    assert (info.success, info.measured_rate) == (True, 19.9)
    assert info.identifier.endswith(f"-push-{info.identifier[-4:]}")
    assert info.versions["mujoco"].startswith("4")
    assert episode.fields == (A, B)


def test_what_the_bundled_arm_senses_is_known_by_its_name():
    recorder = EpisodeRecorder()
    force = ARM["wrist_force"]
    begin(recorder, fields=(force,))
    recorder.append({"wrist_force": np.zeros(3)}, np.zeros(7), 0.0, np.zeros(1))
    episode = recorder.finish(True)
    assert episode.fields == (force,)
    assert episode.info.declared == (), "nothing has to be written down"


def test_appended_arrays_may_be_reused_by_the_caller():
    recorder = EpisodeRecorder()
    begin(recorder, fields=(A,))
    observation, action, state = (
        {"a": np.zeros(3, np.float32)},
        np.zeros(7, np.float32),
        np.zeros(5),
    )
    recorder.append(observation, action, 0.0, state)
    observation["a"][:] = 9
    action[:] = 1
    state[:] = 9
    episode = recorder.finish(None)
    assert not episode.observations["a"].any()
    assert not episode.actions.any()
    assert not episode.states.any()


def test_identifiers_sort_by_time_and_differ():
    recorder, names = EpisodeRecorder(), []
    for _ in range(50):
        begin(recorder, fields=())
        recorder.append({}, np.zeros(7), 0.0, np.zeros(1))
        names.append(recorder.finish(True).info.identifier)
    assert names == sorted(names)
    assert len(set(names)) == 50


def test_begin_drops_what_was_there_and_discard_ends():
    recorder = EpisodeRecorder()
    begin(recorder, fields=())
    recorder.append({}, np.zeros(7), 0.0, np.zeros(1))
    begin(recorder, fields=())
    assert len(recorder) == 0
    recorder.discard()
    with pytest.raises(InvalidEpisodeError, match="call begin"):
        recorder.append({}, np.zeros(7), 0.0, np.zeros(1))


def test_nothing_recorded_is_said_and_missing_fields_are_named():
    recorder = EpisodeRecorder()
    begin(recorder)
    with pytest.raises(InvalidEpisodeError, match="before its first control step"):
        recorder.finish(True)
    with pytest.raises(InvalidEpisodeError, match="lacks b; it has a"):
        recorder.append({"a": np.zeros(1)}, np.zeros(7), 0.0, np.zeros(1))


def test_an_operator_has_a_name():
    with pytest.raises(
        InvalidEpisodeError, match="'a joystick' cannot name an operator; use gamepad"
    ):
        EpisodeRecorder().begin("push", 0, "a joystick")
