"""What a training takes of its recordings is said before it starts."""

from types import SimpleNamespace

from core.runs.sensing import Sensing, recorded_sizes, sensing_of
from core.spec import Actions, Field, Spec

FIELDS = (
    Field("angles", (2,)),
    Field("force", (3,), "wrench"),
    Field("force", (3,), "wrench").remembered(4),
    Field("top_image", (64, 64, 3), "image"),
)


def recording(*names, images=()):
    return SimpleNamespace(fields=names, images=images)


def test_what_is_sensed_left_out_and_changed_is_said():
    spec = Spec("pick", 10.0, FIELDS, ("angles", "force_history", "top_image"), Actions(("a",)))
    infos = [recording("angles", "force", "weight"), recording("angles", images=("side_image",))]
    sizes = {"top_image": [(64, 64), (96, 128)], "side_image": [(8, 8)]}
    found = sensing_of(spec, ["force_history", "top_image"], infos, sizes)
    assert found == Sensing(
        senses=("angles", "force", "top_image"),
        filtered=("angles",),
        left_out=("weight", "side_image"),
        resized=("top_image from 96 × 128 to 64 × 64",),
    )
    assert " ".join(found.sentences) == (
        "The policy senses angles, force and top_image. Only its observer looks at angles. It does "
        "not sense weight and side_image. Images are resized: top_image from 96 × 128 to 64 × 64."
    )


def test_actions_in_other_units_are_said():
    actions = Actions(("a", "b"), offset=(0.0, 0.0), scale=(1.0, 90.0))
    spec = Spec("pick", 10.0, FIELDS, ("angles",), actions)
    found = sensing_of(spec, ["angles"], [recording("angles")], {})
    assert found.scaled == ("b",)
    assert found.sentences[-1] == "Actions are scaled to [-1, 1]: b."


def test_no_recording_is_opened_where_no_image_is_asked_for(tmp_path):
    assert recorded_sizes([tmp_path / "gone.hdf5"], []) == {}
