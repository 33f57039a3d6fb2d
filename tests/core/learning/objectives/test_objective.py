"""An objective is a file and a line: its modules, its weight, its state and its gradient follow."""

from dataclasses import fields, replace

import pytest
import torch

from core.learning import (
    Configuration,
    ConfigurationError,
    Trainer,
    load_checkpoint,
    resume_training,
    save_checkpoint,
)
from core.learning.batch import Need
from core.learning.layers import perceptron
from core.learning.loss_configuration import LOSS_TERMS, LossConfiguration
from core.learning.objectives import OBJECTIVES, Objective


class Progress(Objective):
    """Part of the episode that is over, from the belief."""

    terms = ("progress",)
    needs = Need.STATES

    def __init__(self, model):
        super().__init__(model)
        self.network = perceptron(model.belief.size, (8,), 1)

    def loss(self, model, batch):
        steps = torch.arange(batch.windows.time, dtype=torch.float32)
        guess = self.network(model.belief.read(batch.states))[..., 0]
        return {"progress": (guess - steps / 40).square().mean()}


class Asides(Progress):
    """The same as a probe."""

    shapes_belief = False


@pytest.fixture
def registered(monkeypatch):
    """Registers an objective under the name ``progress``."""
    return lambda kind: monkeypatch.setitem(OBJECTIVES._entries, "progress", kind)


def weighed(configuration, **weights):
    return replace(configuration, loss=replace(configuration.loss, extra=weights))


def same_weights(model, other) -> bool:
    found, weights = model.state_dict(), other.state_dict()
    return all(torch.equal(found[name], weights[name]) for name in weights)


def test_an_objective_of_another_package_learns(registered, small_configuration, dataset):
    registered(Progress)
    trainer = Trainer(dataset, weighed(small_configuration(steps=60), progress=1.0), "cpu")
    losses = [float(trainer.update()["progress"]) for _ in range(60)]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_it_leaves_the_initial_weights_of_all_others_as_they_were(
    registered, small_configuration, dataset
):
    alone = Trainer(dataset, small_configuration(), "cpu").model
    registered(Progress)
    assert same_weights(Trainer(dataset, small_configuration(), "cpu").model, alone)
    weighted = Trainer(dataset, weighed(small_configuration(), progress=1.0), "cpu").model
    assert same_weights(weighted, alone)


def test_what_does_not_shape_the_belief_reaches_nothing_else(
    registered, small_configuration, dataset
):
    trained = []
    for weight in (0.0, 5.0):
        registered(Asides)
        trainer = Trainer(dataset, weighed(small_configuration(), progress=weight), "cpu")
        trainer.losses()
        while not trainer.finished:
            trainer.update()
        trained.append(trainer.model)
    unweighted, weighted = trained
    assert same_weights(weighted.encoder, unweighted.encoder)
    assert same_weights(weighted.belief, unweighted.belief)
    assert same_weights(weighted.head, unweighted.head)


def test_it_is_resumed_exactly_and_deployed_without_it(
    registered, monkeypatch, tmp_path, small_configuration, dataset
):
    registered(Progress)
    trainer = Trainer(dataset, weighed(small_configuration(), progress=0.5), "cpu")
    for _ in range(2):
        trainer.update()
    folder = save_checkpoint(tmp_path / "run", trainer)
    resumed = resume_training(folder, dataset, "cpu")
    for each in (trainer, resumed):
        each.update()
    assert same_weights(resumed.model, trainer.model)
    monkeypatch.undo()  # where the package is not installed
    assert load_checkpoint(folder).configuration.loss.extra == {"progress": 0.5}
    with pytest.raises(ConfigurationError, match=r"loss\.extra weighs 'progress'"):
        Trainer(dataset, weighed(small_configuration(), progress=0.5), "cpu")


def test_weights_of_other_terms_are_checked():
    assert Configuration.from_dict({"loss": {"extra": {"a": 2}}}).loss.weight("a") == 2.0
    assert Configuration().loss.weight("a") == 0.0
    for extra in ({"prediction": 1.0}, {"a": -1.0}, {"a": "much"}, [1.0]):
        with pytest.raises(ConfigurationError, match=r"loss\.extra"):
            Configuration.from_dict({"loss": {"extra": extra}})


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_yields_its_terms(name, small_configuration, dataset, filmed):
    objective, c, data = OBJECTIVES[name], small_configuration(steps=1), dataset
    if objective.phase == "observer":  # of a policy of cameras, when that is trained
        observer = replace(c.latent_observer, kind="frame", steps=1, batch=2, window=2)
        c = replace(small_configuration("cameras", steps=1), latent_observer=observer)
        data = filmed
    assert set(objective.terms) <= yielded(data, weights(c, objective.terms, 1.0))
    assert not set(objective.terms) & yielded(data, weights(c, objective.terms, 0.0))


def yielded(data, configuration) -> set[str]:
    """All terms of a whole training."""
    trainer = Trainer(data, configuration, "cpu")
    return {term for _ in range(trainer.total_steps) for term in trainer.update()}


def weights(c, terms, weight):
    """The configuration with that weight of some terms, which may have no setting of their own."""
    own = {term: weight for term in terms if term in LOSS_TERMS}
    extra = {term: weight for term in terms if term not in LOSS_TERMS}
    return replace(c, loss=replace(c.loss, extra=extra, **own))


def test_a_setting_that_weighs_a_term_is_known_to_be_one():
    """Otherwise its weight would have no effect, and nothing would say so."""
    settings = {each.name for each in fields(LossConfiguration)}
    terms = {term for objective in OBJECTIVES.values() for term in objective.terms}
    assert terms & settings == set(LOSS_TERMS)


class Taken(Objective):
    terms = ("prediction",)


class Silent(Objective):
    pass


class Undeclared(Objective):
    """Yields another term than it names."""

    terms = ("named",)
    needs = Need.LATENTS

    def loss(self, model, batch):  # noqa: ARG002 — called as all objectives are
        return {"other": batch.latents.square().mean()}


@pytest.mark.parametrize(
    ("objective", "words"), [(Taken, "'prediction' is one of 'prediction'"), (Silent, "no terms")]
)
def test_terms_that_are_taken_or_missing_are_refused_when_loaded(objective, words):
    with pytest.raises(ValueError, match=words):
        OBJECTIVES._check(objective, dict(OBJECTIVES))


def test_a_loss_that_is_not_named_is_refused_in_a_sentence(
    small_configuration, dataset, monkeypatch
):
    monkeypatch.setitem(OBJECTIVES._all(), "undeclared", Undeclared)
    c = small_configuration()
    trainer = Trainer(dataset, replace(c, loss=replace(c.loss, extra={"named": 1.0})), "cpu")
    with pytest.raises(ConfigurationError, match="yields the loss 'other', which it does not name"):
        trainer.update()
