"""Settings: validated when built, the same after a round trip, found by name."""

import json

import pytest

from core.learning import (
    PRESETS,
    Configuration,
    ConfigurationError,
    EncoderConfiguration,
    LossConfiguration,
    PredictorConfiguration,
    get_preset,
)


@pytest.mark.parametrize("name", PRESETS)
def test_round_trip_through_json(name):
    configuration = get_preset(name)
    settings = json.loads(json.dumps(configuration.to_dict()))
    assert Configuration.from_dict(settings) == configuration


def test_values_that_cannot_be_used_are_refused_with_what_is_expected():
    with pytest.raises(ConfigurationError, match=r"encoder\.latent is 0; it must be at least 1"):
        EncoderConfiguration(latent=0)
    with pytest.raises(ConfigurationError, match=r"'none', 'layer', 'batch'"):
        EncoderConfiguration(normalisation="group")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="rollout"):
        LossConfiguration(rollout=0)
    with pytest.raises(ConfigurationError, match="film modulates hidden layers"):
        PredictorConfiguration(combination="film", hidden=())


def test_former_names_in_saved_settings_are_read():
    saved = {"training": {"turn": 0.2, "shift": 0.05, "steps": 7}}
    training = Configuration.from_dict(saved).training
    assert (training.rotation, training.translation, training.steps) == (0.2, 0.05, 7)


def test_unknown_settings_and_presets_are_named():
    with pytest.raises(ConfigurationError, match=r"unknown setting 'encoder\.depth'"):
        Configuration.from_dict({"encoder": {"depth": 3}})
    with pytest.raises(ConfigurationError, match=r"training\.steps is 'many'; expected int"):
        Configuration.from_dict({"training": {"steps": "many"}})
    with pytest.raises(ConfigurationError, match="presets: default, reference"):
        get_preset("best")


def test_the_reference_is_the_recipe():
    c = get_preset("reference")
    assert (c.encoder.hidden, c.encoder.latent, c.encoder.activation) == ((256, 256), 128, "relu")
    assert not (c.encoder.relative_positions or c.encoder.geometry or c.encoder.ignored)
    assert (c.encoder.clip, c.training.rotation, c.training.translation) == (0, 0, 0)
    assert c.action_encoder.hidden == (128,)
    assert (c.predictor.combination, c.predictor.hidden) == ("concatenate", (256, 128))
    assert not c.predictor.residual
    assert c.belief.kind == "none"
    assert (c.loss.rollout, c.loss.distance, c.loss.reduction) == (1, "plain", "mean")
    assert c.loss.inverse_dynamics == 0
    assert (c.target.tau, c.target.final_tau) == (0.996, 0.996)
    assert (c.optimiser.learning_rate, c.optimiser.schedule) == (1e-3, "constant")
    assert (c.training.protocol, c.training.batch) == ("frozen", 64)
    assert (c.head.chunk, c.head.loss, c.head.gripper) == (1, "mse", "regression")
