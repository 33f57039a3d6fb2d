"""What the arm is used for, step by step and without a window or a clock."""

from __future__ import annotations

import numpy as np
import pytest

from app.arm.activity import GripperTarget, Outbox
from app.arm.deployment import FIRST_SEED, Deployment
from app.arm.driving import SEEDS, Driving
from app.arm.messages import (
    LoadReplay,
    NewStart,
    OperatorCommand,
    RunTrials,
    SelectTask,
    StartRecording,
    StopRecording,
    UsePolicy,
)
from app.arm.replaying import Replaying
from core.rollout import Sensors
from core.simulation import Condition, PolicyCameras, World, canvas, image_field

UP = OperatorCommand((0.0, 0.0, 1.0, 0.0, 0.0, 0.0), device="gamepad")
STILL = OperatorCommand()


class Said:
    """Everything that a use has told the window."""

    def __init__(self) -> None:
        self.takes, self.trials, self.events, self.failures = [], [], [], []
        self.condition = Condition()
        self.outbox = Outbox(
            take=self.takes.append,
            trial=self.trials.append,
            event=self.events.append,
            fail=lambda text, details: self.failures.append((text, details)),
            condition=lambda: self.condition,
        )


@pytest.fixture
def said():
    return Said()


def step(use, operator, times=1):
    for _ in range(times):
        command = use.command(operator)
        if command is not None:
            executed = use.world.step(command)[0]
            use.stepped(executed)


class Upwards:
    """A policy that moves up, and remembers what it was told."""

    delay = 0

    def __init__(self) -> None:
        self.resets, self.told, self.seen, self.missing = 0, [], [], []

    def reset(self, count, ids=None):  # noqa: ARG002
        self.resets += 1

    def act(self, observation, missing=None):
        self.missing.append(missing)
        self.seen.append(observation)
        return np.array([[0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -1.0]], dtype=np.float32)

    def executed(self, actions):
        self.told.append(actions)

    def explain(self, index=0):  # noqa: ARG002
        return None


class Broken(Upwards):
    def act(self, observation, missing=None):  # noqa: ARG002
        raise ValueError("no such field")


@pytest.fixture
def driving(said):
    use = Driving(said.outbox)
    use.handle(SelectTask("lift"))
    return use


def test_nothing_is_recorded_before_the_first_motion(driving, said):
    driving.handle(StartRecording())
    step(driving, STILL, 5)
    assert driving.state == "armed"
    step(driving, UP, 4)
    step(driving, STILL, 2)
    assert (driving.state, driving.step) == ("recording", 6)
    driving.handle(StopRecording(True))
    episode = said.takes[0].episode
    assert episode.info.success is True
    assert episode.info.operator == "gamepad"
    assert 0 <= episode.info.seed < SEEDS
    np.testing.assert_allclose(episode.actions[:, 2], [1, 1, 1, 1, 0, 0])


def test_while_held_nothing_moves_and_nothing_is_recorded(driving):
    driving.handle(StartRecording())
    step(driving, UP, 3)
    before = driving.world.get_states()
    step(driving, OperatorCommand(UP.motion, held="unplugged"), 10)
    np.testing.assert_array_equal(driving.world.get_states(), before)
    assert driving.step == 3


def test_a_recording_repeats_bit_for_bit(driving, said):
    driving.handle(StartRecording())
    for number in range(30):
        motion = (0.3, -0.2, -0.5, 0.1, 0.0, 0.4) if number % 3 else (0.0,) * 6
        step(driving, OperatorCommand(motion, gripper_rate=0.5))
    driving.handle(StopRecording())
    episode = said.takes[0].episode
    replay = Replaying(said.outbox)
    replay.handle(LoadReplay(episode))
    for state in episode.states[1:]:
        step(replay, STILL)
        np.testing.assert_array_equal(replay.world.get_states()[0], state)
    assert replay.state == "paused"


def test_a_new_start_in_a_recording_drops_it(driving, said):
    driving.handle(StartRecording())
    step(driving, UP, 5)
    before = driving.run
    driving.handle(NewStart())
    assert driving.state == "free"
    assert driving.run == before + 1
    assert said.takes == []
    assert "discarded" in said.events


def test_another_task_hands_the_recording_out_first(driving, said):
    driving.handle(StartRecording())
    step(driving, UP, 5)
    driving.handle(SelectTask("reach"))
    assert said.takes[0].episode.info.task == "lift"
    assert driving.world.task.name == "reach"


def test_the_closing_program_keeps_what_is_worth_it(driving):
    assert driving.leftover() is None
    driving.handle(StartRecording())
    step(driving, UP, 3)
    assert driving.leftover() is None
    step(driving, UP, 20)
    assert driving.leftover().success is False


def test_the_gripper_target_moves_toggles_and_follows():
    gripper = GripperTarget()
    assert gripper.move(OperatorCommand(gripper_rate=1.0)) == pytest.approx(-0.8)
    assert gripper.move(OperatorCommand(gripper_toggles=1)) == 1.0
    assert gripper.move(OperatorCommand(gripper_toggles=1)) == 1.0
    assert gripper.move(OperatorCommand(gripper_toggles=2)) == -1.0
    gripper.value = 1.0
    assert gripper.move(OperatorCommand(gripper_toggles=2)) == 1.0


def test_a_new_start_opens_the_gripper(driving):
    driving.gripper.value = 1.0
    driving.handle(NewStart())
    assert driving.gripper.value == -1.0


@pytest.fixture
def deployment(said):
    use = Deployment(said.outbox)
    use.handle(SelectTask("lift"))
    return use


def test_a_policy_drives_and_the_person_takes_over_and_hands_back(deployment, said):
    policy = Upwards()
    deployment.handle(UsePolicy(policy, "bc"))
    deployment.handle(RunTrials(True, limit=20))
    assert deployment.seed == FIRST_SEED
    step(deployment, STILL, 5)
    assert deployment.driver == "bc"
    side = OperatorCommand((1.0, 0.0, 0.0, 0.0, 0.0, 0.0), device="gamepad")
    step(deployment, side, 4)
    assert deployment.driver == "gamepad"
    assert policy.told[-1][0, 0] == 1.0, "the policy hears what was really executed"
    assert len(policy.seen) == 9, "and goes on sensing meanwhile"
    step(deployment, STILL, 11)
    assert deployment.driver == ""
    assert said.trials[0].intervened and not said.trials[0].counted
    episode = said.takes[0].episode
    assert episode.info.operator == "bc"
    np.testing.assert_array_equal(np.flatnonzero(episode.interventions)[:4], [5, 6, 7, 8])
    assert not episode.interventions[-1]


def test_trials_follow_each_other_from_new_starts(deployment, said):
    policy = Upwards()
    deployment.handle(UsePolicy(policy, "bc"))
    deployment.handle(RunTrials(True, limit=5))
    step(deployment, STILL, 60)
    assert len(said.trials) == 3
    assert all(trial.counted and not trial.success for trial in said.trials)
    assert deployment.seed == FIRST_SEED + 2
    assert policy.resets == 4
    assert said.takes == [], "nobody took over, so there is nothing to keep"


def test_a_policy_that_fails_is_put_aside_and_the_arm_stays(deployment, said):
    deployment.handle(UsePolicy(Broken(), "plan"))
    deployment.handle(RunTrials(True))
    step(deployment, STILL, 3)
    assert deployment.state == "idle"
    assert len(said.failures) == 1
    assert "plan" in said.failures[0][0]
    assert "no such field" in said.failures[0][0]


def test_noise_changed_in_a_trial_takes_it_out_of_the_count(deployment, said):
    deployment.handle(UsePolicy(Upwards(), "bc"))
    deployment.handle(RunTrials(True, limit=6))
    step(deployment, STILL, 3)
    said.condition = Condition(noise=0.5)
    step(deployment, STILL, 3)
    assert not said.trials[0].counted


def test_every_disturbance_reaches_a_policy_as_in_an_evaluation(deployment, said):
    """Sensed, lost, late and displaced as `Sensors` say, and switched while the policy drives."""
    scales = {name: values.std(0) + 0.1 for name, values in World("lift", 9).observe().items()}
    policy = Upwards()
    deployment.handle(UsePolicy(policy, "bc", scales))
    said.condition = Condition(
        noise=0.2, bias=0.3, drift=0.1, dropout=0.5, delay=2, displace_object=0.05
    )
    deployment.handle(RunTrials(True, limit=100))
    step(deployment, STILL, 45)
    assert policy.delay == 2
    world, seen, missing = World("lift", 1), [], []
    world.reset([FIRST_SEED])
    sensors = Sensors(world, said.condition, scales, [FIRST_SEED])
    for number in range(45):
        frame, lost = sensors.sense(sensors.look(number), number)
        seen.append(frame)
        missing.append(lost)
        world.step(np.array([[0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -1.0]], dtype=np.float32))
    for mine, expected in zip(policy.seen, seen, strict=True):
        for name, values in expected.items():
            np.testing.assert_array_equal(mine[name], values)
    np.testing.assert_array_equal(np.stack(policy.missing), np.stack(missing))
    np.testing.assert_array_equal(deployment.world.get_states(), world.get_states())
    said.condition = Condition()
    step(deployment, STILL, 1)
    assert policy.delay == 0 and policy.missing[-1] is None
    truth = world.observe()
    for name, values in policy.seen[-1].items():
        np.testing.assert_array_equal(values, truth[name])


def test_a_camera_policy_gets_the_images_of_this_world(deployment, said):
    field = image_field("wrist", 32)
    policy = Upwards()
    deployment.handle(UsePolicy(policy, "bc", images=(field,)))
    deployment.handle(RunTrials(True))
    step(deployment, STILL, 3)
    world = World("lift", 1)
    world.reset([FIRST_SEED])
    with PolicyCameras("lift", (field,)) as cameras:
        for frame in policy.seen:
            expected = cameras.render(world.get_states())["wrist_image"]
            np.testing.assert_array_equal(frame["wrist_image"], expected)
            world.step(np.array([[0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -1.0]], dtype=np.float32))
    deployment.handle(UsePolicy(Upwards(), "bc"))
    step(deployment, STILL, 1)
    assert "wrist_image" not in deployment._use.policy.seen[-1]
    deployment.close()
    assert said.failures == []


def test_where_nothing_can_be_drawn_a_camera_policy_is_put_aside(deployment, said, monkeypatch):
    monkeypatch.setattr(canvas, "_backends", lambda: ("nothing",))
    deployment.handle(UsePolicy(Upwards(), "bc", images=(image_field("wrist", 32),)))
    assert "no OpenGL context" in said.failures[0][0]
    assert deployment.state == "idle"


def test_the_scene_and_the_cameras_look_as_the_condition_says(deployment, said):
    field = image_field("workspace", 32)
    policy = Upwards()
    deployment.handle(UsePolicy(policy, "bc", images=(field,)))
    assert deployment.view().appearance is None
    said.condition = Condition(table_colour=0.5, distractors=3)
    deployment.handle(RunTrials(True))
    step(deployment, STILL, 2)
    expected = said.condition.appearance(deployment.world.task, FIRST_SEED)
    looks = deployment.view().appearance
    assert looks == expected and deployment.view().appearance is looks
    said.condition = Condition(light_strength=0.5)
    step(deployment, STILL, 1)
    light = said.condition.appearance(deployment.world.task, FIRST_SEED)
    assert deployment.view().appearance == light
    world = World("lift", 1)
    world.reset([FIRST_SEED])
    with PolicyCameras("lift", (field,)) as cameras:
        for frame, each in zip(policy.seen, (expected, expected, light), strict=True):
            drawn = cameras.render(world.get_states(), [each])["workspace_image"]
            np.testing.assert_array_equal(frame["workspace_image"], drawn)
            world.step(np.array([[0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -1.0]], dtype=np.float32))
    deployment.handle(NewStart())
    assert deployment.view().appearance != light or light.light == (0.5,) * 3
    deployment.close()
    assert said.failures == []


def test_a_trial_says_under_which_condition_it_was(deployment, said):
    said.condition = Condition(dropout=0.5)
    deployment.handle(UsePolicy(Upwards(), "bc"))
    deployment.handle(RunTrials(True, limit=4))
    step(deployment, STILL, 4)
    said.condition = Condition(dropout=0.5, delay=1)
    step(deployment, STILL, 40)
    first, second, *_ = said.trials
    assert first.counted and first.condition == Condition(dropout=0.5)
    assert second.counted and second.condition == Condition(dropout=0.5, delay=1)


def test_another_policy_in_the_middle_of_a_trial_goes_on_from_there(deployment, said):
    first, second = Upwards(), Upwards()
    deployment.handle(UsePolicy(first, "bc"))
    deployment.handle(RunTrials(True, limit=10))
    step(deployment, STILL, 4)
    deployment.handle(UsePolicy(second, "plan"))
    step(deployment, STILL, 6)
    assert (len(first.seen), len(second.seen)) == (4, 6)
    assert deployment.state == "over" and not said.trials[0].counted
