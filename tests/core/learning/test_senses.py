"""What a policy senses is chosen by name."""

from dataclasses import replace

import pytest

from core.learning import ConfigurationError, EncoderConfiguration
from core.learning.senses import senses_of
from core.spec import ARM, Actions, Field, Spec

IMAGES = (
    Field("workspace_image", (64, 64, 3), "image"),
    Field("wrist_image", (64, 64, 3), "image"),
)


def arm_spec(*names: str) -> Spec:
    fields = (*(ARM[name] for name in names), *IMAGES)
    return Spec("push", 20.0, fields, (), Actions(("linear_x",), frame="world"))


@pytest.fixture
def spec() -> Spec:
    return arm_spec(*ARM)


def test_the_state_is_all_vectors_but_those_ignored(spec):
    senses = senses_of(spec, EncoderConfiguration())
    kinds = {field.kind for field in spec.fields if field.name in senses.encoded}
    assert kinds == {"position", "displacement", "rotation", "opening"}
    assert senses.given == ()


@pytest.mark.parametrize("goal", ["given", "seen"])
def test_a_policy_of_cameras_never_senses_true_poses(spec, goal):
    senses = senses_of(spec, EncoderConfiguration(senses=("cameras",), goal=goal))
    own = ("end_effector_position", "end_effector_rotation", "gripper_opening")
    assert senses.encoded == (*own, "workspace_image", "wrist_image")
    assert senses.given == (("goal_position",) if goal == "given" else ())
    assert not [name for name in senses.all if "object" in name]


def test_force_is_sensed_where_it_is_asked_for(spec):
    force, torque = (ARM[name].remembered(8) for name in ("wrist_force", "wrist_torque"))
    spec = replace(spec, fields=(*spec.fields, force, torque))
    for senses, felt in (("cameras", 0), ("state", 0), ("cameras+force", 2)):
        names = senses_of(spec, EncoderConfiguration(senses=(senses,))).encoded
        assert len({"wrist_force_history", "wrist_torque_history"} & set(names)) == felt
    assert spec.sensing(names).demanded[-2:] == (ARM["wrist_force"], ARM["wrist_torque"])


def test_single_fields_can_be_named(spec):
    names = ("wrist_image", "gripper_opening")
    assert senses_of(spec, EncoderConfiguration(senses=names)).encoded == names[::-1]
    with pytest.raises(ConfigurationError, match=r"no field 'front' to sense; choose among: state"):
        senses_of(spec, EncoderConfiguration(senses=("front",)))


def test_of_another_robot_everything_is_sensed():
    fields = (Field("arm", (6,)), Field("top", (48, 64, 3), "image"))
    spec = Spec("fold", 30.0, fields, (), Actions(("a",)))
    senses = senses_of(spec, EncoderConfiguration(senses=("cameras",)))
    assert senses.all == ("arm", "top")
    blind = replace(spec, fields=fields[:1])
    with pytest.raises(ConfigurationError, match="have no images; choose demonstrations with"):
        senses_of(blind, EncoderConfiguration(senses=("cameras",)))
