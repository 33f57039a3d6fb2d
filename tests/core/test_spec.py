import json

import numpy as np
import pytest

from core.spec import ARM, Actions, Field, Spec, fields_of


@pytest.fixture
def spec() -> Spec:
    fields = (
        Field("hand", (3,), "position", "m"),
        Field("camera", (8, 8, 3), "image"),
        Field("force", (3,), "wrench", "N"),
        Field("torque", (3,), "wrench", "N m"),
        Field("box", (3,), "position", "m"),
    )
    actions = Actions(("linear_x", "gripper"), gripper_levels=(-0.5, 1.0))
    return Spec("push", 20.0, fields, tuple(f.name for f in fields), actions)


def test_json_gives_the_same_spec_back(spec):
    assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="field 'x' is of the unknown kind 'colour'; kinds: posit"):
        Field("x", (3,), "colour")


def test_a_kind_of_one_shape_refuses_others():
    with pytest.raises(ValueError, match=r"'x' has shape \(4,\); a position has \(3,\)"):
        Field("x", (4,), "position")


def test_what_is_not_sensed_is_a_probe(spec):
    less = spec.sensing(("camera", "hand"))
    assert less.senses == ("hand", "camera")
    assert [field.name for field in less.probes] == ["force", "torque", "box"]
    assert less.fields == spec.fields, "everything recorded can still be asked about"


def test_vectors_lie_side_by_side_and_images_apart(spec):
    assert spec.vector_size == 12
    assert spec.slices() == {
        "hand": slice(0, 3),
        "force": slice(3, 6),
        "torque": slice(6, 9),
        "box": slice(9, 12),
    }
    assert spec.slices("position") == {"hand": slice(0, 3), "box": slice(9, 12)}


def test_only_a_torque_is_axial(spec):
    assert [field.name for field in spec.fields if field.axial] == ["torque"]


def test_the_kind_decides_what_counts_as_constant():
    assert Field("a", (3,), "position").resolution == 1e-3
    assert Field("a", (6,), "rotation").resolution == 0.005
    assert Field("a", (1,)).resolution == Field("a", (1,), "velocity").resolution == 1e-6


def test_meaning_is_never_guessed_from_a_name():
    arrays = {
        "box_position": np.zeros((5, 3)),
        "end_effector_position": np.zeros((5, 3)),
        "wrist_force": np.zeros((5, 2)),
        "front": np.zeros((5, 4, 4, 3), np.uint8),
    }
    kinds = {field.name: field.kind for field in fields_of(arrays, ARM)}
    assert kinds == {
        "box_position": "scalar",
        "end_effector_position": "position",
        "wrist_force": "scalar",  # known, but of another shape
        "front": "image",
    }


@pytest.mark.parametrize(
    ("offset", "scale"), [((0.0,), (1.0,)), ((0.0, 0.0), (1.0, 0.0)), ((0.0, np.nan), (1.0, 1.0))]
)
def test_units_that_make_no_sense_are_refused(offset, scale):
    with pytest.raises(ValueError, match="action"):
        Actions(("a", "b"), offset=offset, scale=scale)


def test_commands_and_the_units_of_a_robot_are_each_others_inverse():
    actions = Actions(("a", "b"), offset=(1.0, -2.0), scale=(2.0, 0.5))
    commands = np.array([[0.5, -1.0]], np.float32)
    executed = actions.in_robot_units(commands)
    np.testing.assert_allclose(executed, [[2.0, -2.5]])
    np.testing.assert_allclose(actions.in_commands(executed), commands)


def test_the_version_of_an_images_rendering_is_kept() -> None:
    drawn = Field("wrist_image", (64, 64, 3), "image", rendering=3)
    assert Field.from_dict(drawn.to_dict()) == drawn
    recorded = Field("wrist_image", (64, 64, 3), "image")
    assert "rendering" not in recorded.to_dict()
    assert Field.from_dict(recorded.to_dict()) == recorded != drawn
