"""What is said about modes, and what of a checkpoint they need."""

import re
from dataclasses import replace
from types import SimpleNamespace

import matplotlib.markers
import pytest

from core.errors import UnknownNameError
from core.learning import Checkpoint, Dataset, Trainer, get_preset, load_checkpoint, save_checkpoint
from core.policies import (
    DEFAULT_MODE,
    MODES,
    ModeNotOfferedError,
    load_policy,
    make_policy,
    offered_modes,
    require_offered,
)


def described(*, prediction=1.0, goal=1.0, head=True):
    settings = get_preset("default")
    loss = replace(settings.loss, prediction=prediction, goal=goal)
    return SimpleNamespace(configuration=replace(settings, loss=loss), head_trained=head)


def test_every_entry_says_all_there_is_to_say():
    assert DEFAULT_MODE in MODES
    for name, mode in MODES.items():
        assert mode.name == name
        assert mode.title and mode.short_title and mode.sentence.endswith(".")
        assert re.fullmatch("#[0-9A-F]{6}", mode.colour)
        assert mode.marker in matplotlib.markers.MarkerStyle.markers
        assert mode.batch_size >= 1 and mode.trial_cost > 0 and mode.version >= 1
    for part in ("title", "short_title", "colour", "marker", "symbol"):
        assert len({getattr(mode, part) for mode in MODES.values()}) == len(MODES)


def test_unknown_modes_are_named():
    with pytest.raises(UnknownNameError, match="unknown mode 'dream'; modes: bc, nearest, plan"):
        require_offered(described(), "dream")


@pytest.mark.parametrize(
    ("lacking", "offered", "sentence"),
    [
        ({}, ("bc", "nearest", "plan"), ""),
        ({"prediction": 0.0}, ("bc", "nearest"), "without the latent prediction loss"),
        ({"goal": 0.0}, ("bc", "nearest"), "without a goal map"),
        ({"head": False}, ("nearest",), "stopped before the policy head"),
    ],
)
def test_a_mode_is_offered_where_its_parts_are_trained(lacking, offered, sentence):
    checkpoint = described(**lacking)
    assert offered_modes(checkpoint) == offered
    for mode in set(MODES) - set(offered):
        with pytest.raises(ModeNotOfferedError, match=sentence):
            require_offered(checkpoint, mode)


def test_a_training_that_stopped_before_its_head_deploys_no_head(demonstrations, tmp_path):
    settings = get_preset("default")
    training = replace(settings.training, protocol="frozen", steps=3, head_steps=3, batch=4)
    trainer = Trainer(
        Dataset.from_episodes(demonstrations), replace(settings, training=training), "cpu"
    )
    trainer.update()
    save_checkpoint(tmp_path / "early", trainer)
    assert offered_modes(load_checkpoint(tmp_path / "early")) == ("nearest",)
    with pytest.raises(ModeNotOfferedError, match="stopped before the policy head"):
        load_policy(tmp_path / "early")
    while trainer.step < trainer.total_steps:
        trainer.update()
    whole = Checkpoint.from_trainer(trainer)
    assert offered_modes(whole) == tuple(MODES)
    make_policy(whole, "plan")
