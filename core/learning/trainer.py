"""The trainer: turns a data set into a policy, update by update."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import torch
from torch import Tensor

from core.learning.batch import Looked, Need, encode_batch, noisy, recall_batch
from core.learning.configuration import Configuration
from core.learning.dataset.augmentation import ImageChanges, SceneMotion, moved_copies
from core.learning.dataset.dataset import Dataset
from core.learning.dataset.frames import Frames
from core.learning.dataset.windows import WindowSampler
from core.learning.errors import ConfigurationError, LearningError
from core.learning.fast.optimiser import Adam
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.objectives import OBJECTIVES, Losses, Objective
from core.learning.presets import get_preset
from core.learning.schedules import learning_rate, target_tau


@dataclass(frozen=True)
class TrainingState:
    """Everything that a training needs to go on exactly. Owns its tensors."""

    step: int
    """Updates done."""
    phase: int
    """Index of the phase whose optimiser is held."""
    tensors: dict[str, Tensor]
    """Weights (``model.…``), optimiser (``optimiser.…``) and the sampler's generator."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Time spent on the updates of each phase so far [s]."""

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of one part, without its name."""
        start = name + "."
        return {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}


@dataclass(frozen=True)
class Phase:
    """A stretch of training with its own optimiser and schedules."""

    name: str
    """``representation``, ``head``, ``joint`` or ``observer``."""
    steps: int
    """Number of updates."""
    learned: tuple[str, ...]
    """Which objectives are learned: those of the ``representation``, of the ``head``, or both, or
    of the ``observer`` of latents."""

    @property
    def frozen(self) -> bool:
        """Whether encoder, belief and predictor stay as they are."""
        return "representation" not in self.learned

    @property
    def observing(self) -> bool:
        """Whether the policy is trained, and the observer of its latents learns."""
        return "observer" in self.learned


def phases_of(configuration: Configuration) -> tuple[Phase, ...]:
    """The phases of a protocol: one joint, or the representation and then the head; and then the
    latent observer, where there is one."""
    training, observer = configuration.training, configuration.latent_observer
    phases = [Phase("joint", training.steps, ("representation", "head"))]
    if training.protocol == "frozen":
        phases = [
            Phase("representation", training.steps, ("representation",)),
            Phase("head", training.head_steps, ("head",)),
        ]
    if OBJECTIVES["latent_observer"].active(configuration):
        phases.append(Phase("observer", observer.steps, ("observer",)))
    return tuple(phases)


def choose_device(device: str) -> torch.device:
    """``auto``: CUDA where there is one, else the CPU. Raises `LearningError` if it is absent."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise LearningError(f"device '{device}' was asked for, but no CUDA device is available")
    return torch.device(device)


class Trainer:
    """Trains an `ActJepa` on a `Dataset`. Owns model, optimiser, sampler and step counter.

    Resumed from its saved state it goes on as if it had never stopped, bit for bit on the CPU.
    """

    def __init__(
        self,
        dataset: Dataset,
        configuration: Configuration | None = None,
        device: str = "auto",
        *,
        resumed: bool = False,
    ) -> None:
        """`resumed`: a state is restored next, so that no file of weights is needed."""
        self.configuration = configuration or get_preset("default")
        self.device = choose_device(device)
        self.dataset = dataset.to(self.device)
        if self.configuration.training.replays and dataset.rows.imitated is None:
            raise LearningError(
                f"training.replays is {self.configuration.training.replays}, but the data set has "
                "no replays; give them to Dataset.from_episodes, or set it to 0"
            )
        _refuse_unknown_terms(self.configuration)
        training = self.configuration.training
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)
            model = ActJepa(self.configuration, dataset.spec, dataset.normaliser)
        if self.configuration.encoder.weights and not resumed:
            model.start_from(self.configuration.encoder.weights)
        self.model = model.to(self.device)
        self.phases = phases_of(self.configuration)
        _refuse_idle_phases(self.phases, self.configuration)
        self.total_steps = sum(phase.steps for phase in self.phases)
        self.step = 0
        self.seconds: dict[str, float] = {}
        self.motion = self._scene_motion()
        self.generator = torch.Generator().manual_seed(training.seed)
        # a random representation has no updates
        self._enter(0 if self.phases[0].steps else 1)

    @property
    def phase(self) -> Phase:
        """The phase of the next update, or the last phase when all is done."""
        return self.phases[self._phase]

    @property
    def finished(self) -> bool:
        """Whether all updates are done."""
        return self.step >= self.total_steps

    def update(self) -> Losses:
        """One update; the unweighted loss terms, of which nothing is read back from the device."""
        began = time.monotonic()
        if self.step == self._phase_end and self._phase + 1 < len(self.phases):
            self._enter(self._phase + 1)
            for objective in self._objectives:
                objective.begin(self.model, self.dataset.demonstrations)
        phase, configuration = self.phase, self.configuration
        done = self.step - (self._phase_end - phase.steps)
        self.learning_rate = learning_rate(configuration.optimiser, done, phase.steps)
        self.tau = target_tau(configuration.target, done, phase.steps)
        for optimiser in self._optimisers:
            optimiser.clear_gradients()
        # what a network draws itself is a function of the step, so that it can be resumed
        with torch.random.fork_rng(
            devices=[], enabled=bool(configuration.encoder.modality_dropout)
        ):
            if configuration.encoder.modality_dropout:
                torch.manual_seed(configuration.training.seed + self.step)
            losses = self.losses()
        self._differentiate(losses)
        for optimiser in self._optimisers:
            optimiser.step(self.learning_rate)
        if not phase.frozen:
            self.model.update_target(self.tau)
        self.step += 1
        spent = self.seconds.get(phase.name, 0.0)
        self.seconds[phase.name] = spent + time.monotonic() - began
        return {name: value.detach() for name, value in losses.items()}

    def losses(self) -> Losses:
        """The unweighted loss terms of the next batch."""
        model, windows = self.model, self.sampler.draw(self._ahead)
        if self._frozen is None:
            batch = encode_batch(model, windows, self._need, self._looked)
        else:
            batch = recall_batch(model, self._frozen, windows, self._need)
        losses: Losses = {}
        for objective in self._objectives:
            given = batch if objective.shapes_belief else batch.detached
            losses |= objective.loss(model, given)
        unknown = sorted(set(losses) - set(self._weights))
        if unknown:
            raise ConfigurationError(
                f"an objective yields the loss '{unknown[0]}', which it does not name in `terms`; "
                f"terms: {', '.join(self._weights)}"
            )
        return losses

    def given_images(self) -> dict[str, Frames]:
        """Images of the first frames (batch) of the next windows, as the encoder is given them.

        By camera; empty where it is given none, or is frozen. Nothing of the training changes.
        """
        if self._frozen is not None or not self.model.encoder.takes_images:
            return {}
        state = self.generator.get_state()
        windows = self.sampler.draw(self._ahead)
        first = noisy(windows.observations[:, :1], self.configuration.training, self.generator)
        self.generator.set_state(state)
        sensed = self.model.spec.sensed_images
        return {field.name: first.images[field.name][:, 0] for field in sensed}

    def state(self) -> TrainingState:
        """A copy of everything needed to go on exactly from here."""
        tensors = {f"model.{k}": v.detach().clone() for k, v in self.model.state_dict().items()}
        for i, optimiser in enumerate(self._optimisers):
            tensors |= {f"optimiser{i}.{k}": v for k, v in optimiser.state().items()}
        tensors["sampler.generator"] = self.generator.get_state().clone()
        return TrainingState(self.step, self._phase, tensors, dict(self.seconds))

    def restore(self, state: TrainingState) -> None:
        """Go on from `state`, saved by a trainer of the same data and configuration."""
        self.step, self.seconds = state.step, dict(state.seconds)
        self.model.load_state_dict(state.part("model"))
        self._enter(state.phase)
        for i, optimiser in enumerate(self._optimisers):
            optimiser.restore(state.part(f"optimiser{i}"))
        self.generator.set_state(state.tensors["sampler.generator"].cpu())

    def _differentiate(self, losses: Losses) -> None:
        """Gradients of the weighted losses; those of the policy head first and apart, if wished."""
        passes = [list(losses)]
        if self.configuration.optimiser.own_action_gradient and not self.phase.frozen:
            chosen = (o for o in self._objectives if o.phase == "head" and o.shapes_belief)
            acting = [term for o in chosen for term in o.terms if term in losses]
            passes = [acting, [name for name in losses if name not in acting]]
        passes = [names for names in passes if names]
        for place, names in enumerate(passes, start=1):
            terms, weights = [losses[name] for name in names], [self._weights[n] for n in names]
            torch.autograd.backward(
                terms, weights, retain_graph=place < len(passes), inputs=self._reached
            )
            if place < len(passes):
                for optimiser in self._optimisers:
                    optimiser.set_apart()

    def _scene_motion(self) -> SceneMotion | None:
        training, dataset = self.configuration.training, self.dataset
        rotation, translation, mirror = training.rotation, training.translation, training.mirror
        if self.model.encoder.takes_images:
            # what a camera saw cannot be rotated or moved afterwards, but it can be mirrored
            rotation = translation = 0.0
            images = (field for field in self.model.spec.sensed if field.kind == "image")
            mirror = mirror and all(field.symmetric for field in images)
        if not rotation and not translation and not mirror:
            return None
        return SceneMotion(
            dataset.spec, dataset.normaliser, rotation, translation, self.device, mirror
        )

    def _frames_looked_at(self) -> Looked | None:
        """The frames that the objectives look at, of single transitions with images."""
        if not self.model.encoder.takes_images or self.configuration.training.window > 1:
            return None
        ahead = tuple(range(1, self._ahead + 1))
        latents, targets = {0}, set[int]()
        for objective in self._objectives:
            if Need.LATENTS_AHEAD in objective.needs:
                latents.update(ahead if objective.latents_of is None else objective.latents_of)
            if Need.TARGETS in objective.needs:
                targets.update(ahead if objective.targets_of is None else objective.targets_of)
        return Looked(tuple(sorted(latents)), tuple(sorted(targets)))

    def _image_changes(self) -> ImageChanges | None:
        if not self.model.encoder.takes_images:
            return None
        training = self.configuration.training
        return ImageChanges(training.image_shift, training.brightness, training.contrast)

    def _enter(self, index: int) -> None:
        """Begin phase `index`: its parameters, a fresh optimiser, and frozen features."""
        self._phase = index
        phase, configuration = self.phase, self.configuration
        self._phase_end = sum(p.steps for p in self.phases[: index + 1])
        model = self.model
        objectives = [o for o in model.objectives.values() if isinstance(o, Objective)]
        learned = [o for kind in phase.learned for o in objectives if o.phase == kind]
        self._objectives = [o for o in learned if o.active(configuration)]
        self._need = reduce(or_, (o.needs for o in self._objectives), Need.NOTHING)
        self._ahead = max((o.frames_ahead for o in self._objectives), default=1)
        self._looked = self._frames_looked_at()
        chunk = max((o.actions_ahead for o in self._objectives), default=1)
        loss, terms = configuration.loss, [term for o in self._objectives for term in o.terms]
        weights = torch.tensor([loss.weight(term) for term in terms], device=self.device)
        self._weights = dict(zip(terms, weights.unbind(), strict=True))
        for parameter in model.parameters():
            parameter.grad = None  # what an earlier phase trained is not trained now
        core = (model.encoder, model.action_encoder, model.belief, model.predictor)
        shaping = [p for part in core if not phase.frozen for p in part.parameters()]
        shaping += [p for o in learned if o.shapes_belief for p in o.learned(model)]
        probes = [
            parameter
            for objective in objectives
            if not objective.shapes_belief and (objective.phase == "observer") == phase.observing
            for parameter in objective.learned(model)
        ]
        # probes apart: a decoder's large gradient must not shorten that of the policy
        optimiser = configuration.optimiser
        settings = optimiser.weight_decay, optimiser.gradient_clip
        self._optimisers = tuple(Adam(group, *settings) for group in (shaping, probes) if group)
        # what is frozen passes gradients on to the observer, and has none itself
        self._reached = probes if phase.observing else None
        model.train(not phase.observing)
        self._frozen: EncodedDemonstrations | None = None
        demonstrations, motion = self.dataset.rows, self.motion
        if phase.frozen:
            for encoder in (model.encoder, model.target_encoder):
                encoder.eval()  # running statistics stay as they are, too
            demonstrations = self.dataset.demonstrations
        if phase.frozen and not phase.observing:
            if motion is not None and not model.encoder.takes_images:
                seed = configuration.training.seed
                demonstrations = moved_copies(demonstrations, motion, seed)
            motion = None
            self._frozen = encode_demonstrations(model, demonstrations)
        batch, length = configuration.training.batch, configuration.training.window
        if phase.observing:
            batch, length = configuration.latent_observer.windows
        self.sampler = WindowSampler(
            demonstrations,
            batch=batch,
            time=length,
            chunk=chunk,
            generator=self.generator,
            motion=motion,
            changes=None if self._frozen is not None else self._image_changes(),
        )
        self.learning_rate = self.tau = 0.0


def _refuse_unknown_terms(configuration: Configuration) -> None:
    terms = [term for objective in OBJECTIVES.values() for term in objective.terms]
    for name in configuration.loss.extra:
        if name not in terms:
            raise ConfigurationError(
                f"loss.extra weighs '{name}', a term of no objective; terms: {', '.join(terms)}"
            )


def _refuse_idle_phases(phases: Sequence[Phase], configuration: Configuration) -> None:
    """Raise `ConfigurationError` where a phase has updates and nothing to learn in them."""
    for phase in phases:
        learned = (o for o in OBJECTIVES.values() if o.phase in phase.learned)
        if phase.steps and not any(o.active(configuration) for o in learned):
            raise ConfigurationError(
                f"every loss of the phase '{phase.name}' has weight 0; give one a weight, or set "
                "training.steps to 0 for a random representation"
            )
