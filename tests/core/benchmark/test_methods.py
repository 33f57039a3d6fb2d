import pytest

from core.benchmark import ABLATIONS, METHODS, REGIMES, configuration
from core.benchmark.demonstrations import images_of, scripted_demonstrations
from core.benchmark.methods import patched
from core.errors import UnknownNameError
from core.learning import EncoderConfiguration, get_preset


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("method", METHODS)
def test_all_methods_of_a_regime_share_all_but_what_they_are(method, regime):
    one, base = (configuration(name, regime, 3) for name in (method, "act_jepa"))
    assert one.encoder == base.encoder
    assert one.belief == base.belief
    assert one.head == base.head
    assert one.optimiser == base.optimiser
    assert one.training.seed == 3
    same = ("batch", "window", "rotation", "translation", "head_steps")
    for name in same:
        assert getattr(one.training, name) == getattr(base.training, name)
    assert one.training.steps in (base.training.steps, 0)


@pytest.mark.parametrize("method", ABLATIONS)
def test_every_ablation_can_be_built_and_quickly_too(method):
    full = configuration("act_jepa", "B", 0)
    variant = configuration(method, "B", 0)
    assert variant.training == full.training
    assert configuration(method, "B", 0, quick=True).training.steps < 100


def test_most_ablations_change_something():
    full = configuration("act_jepa", "B", 0)
    same = [name for name in ABLATIONS if configuration(name, "B", 0) == full]
    assert len(same) <= 6  # one for each choice whose default is among the variants


def test_unknown_names_list_what_exists():
    with pytest.raises(UnknownNameError, match="unknown method 'magic'; methods: raw_bc, "):
        configuration("magic", "A", 0)
    with pytest.raises(UnknownNameError, match="unknown regime 'Z'; regimes: A, B, C"):
        configuration("raw_bc", "Z", 0)


def test_patches_reach_single_settings_and_leave_the_rest():
    before = {"a": {"x": 1, "y": 2}, "b": {"z": 3}}
    after = patched(before, {"a": {"y": 5}})
    assert after == {"a": {"x": 1, "y": 5}, "b": {"z": 3}}
    assert before["a"]["y"] == 2


def test_policies_of_cameras_are_trained_with_the_preset_for_them():
    preset = get_preset("cameras")
    assert configuration("act_jepa_joint", "P", 0) == preset
    assert configuration("act_jepa_joint", "S", 0).encoder.goal == "seen"
    raw, long = (configuration(name, "P", 2) for name in ("raw_bc", "raw_bc_long"))
    assert raw.encoder == long.encoder == preset.encoder
    assert raw.loss.prediction == raw.loss.inverse_dynamics == 0
    assert long.training.steps > raw.training.steps == preset.training.steps


def test_demonstrations_of_cameras_have_their_images(tmp_path):
    episodes = scripted_demonstrations(tmp_path, "reach", 0, 2)
    encoder = get_preset("cameras").encoder
    for episode in images_of(tmp_path, "reach", 0, episodes, encoder):
        assert episode.images["wrist_image"].shape == (len(episode), 64, 64, 3)
    assert images_of(tmp_path, "reach", 0, episodes, EncoderConfiguration()) == episodes
