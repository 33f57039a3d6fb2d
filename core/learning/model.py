"""ActJepa: everything that is learned, and how its parts fit together."""

from copy import deepcopy

import torch
from torch import Tensor, nn

from core.learning.beliefs import BELIEFS, Belief, GivenBelief
from core.learning.configuration import Configuration
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.encoders import make_encoder
from core.learning.encoders.given import GivenFields
from core.learning.errors import ConfigurationError
from core.learning.heads import PolicyHead
from core.learning.latent_observer import LatentObserver
from core.learning.layers import perceptron
from core.learning.observer import Observer
from core.learning.predictor import Predictor
from core.learning.senses import senses_of
from core.spec import Spec


class ActJepa(nn.Module):
    """An action-conditioned joint-embedding predictive architecture with a policy head.

    Owns the online encoder, its target (an exponential moving average that no gradient reaches),
    the action encoder, the belief, the predictor, and what its objectives add: the policy head, the
    decoder (a probe, for people), the goal map (for planning) and the observer, and what only a
    training needs.
    """

    head: PolicyHead
    """Belief to a chunk of actions."""
    decoder: nn.Sequential
    """Belief to the normalised observation."""
    goal_map: nn.Sequential
    """Belief to the latent some steps ahead in the same episode."""
    observer: Observer | None
    """Corrects what is sensed, in front of the encoder; None: there is none."""
    latent_observer: LatentObserver | None
    """Looks through noise in images, in place of the encoder; None: there is none."""

    def __init__(
        self,
        configuration: Configuration,
        spec: Spec,
        normaliser: Normaliser,
        *,
        training: bool = True,
    ) -> None:
        """`training`: whether modules that only a training needs are there."""
        from core.learning.objectives import OBJECTIVES  # they are written for this class

        super().__init__()
        latent = configuration.encoder.latent
        self.configuration = configuration
        senses = senses_of(spec, configuration.encoder)
        self.spec = spec.sensing(senses.all)
        seen = spec.sensing(senses.encoded)
        self.encoder = make_encoder(configuration.encoder, seen, normaliser)
        if configuration.observer.kind != "none":
            if self.encoder.takes_images:
                raise ConfigurationError(
                    "the observer filters vector fields, and this policy senses images; set "
                    "observer.kind to none"
                )
            self.spec = self.spec.sensing_all_vectors()  # an observer filters them all
        self.target_encoder = deepcopy(self.encoder).requires_grad_(False)
        actions = configuration.action_encoder
        self.action_encoder = perceptron(spec.actions.size, actions.hidden, latent)
        self.belief: Belief = BELIEFS[configuration.belief.kind](configuration.belief, latent)
        self.given = GivenFields(spec, normaliser, senses) if senses.given else None
        if self.given is not None:
            self.belief = GivenBelief(self.belief, self.given.size)
        self.predictor = Predictor(configuration.predictor, self.belief.size, latent)
        if configuration.latent_observer.kind != "none" and not self.encoder.takes_images:
            raise ConfigurationError(
                "the latent observer looks through noise in images, and this policy senses none; "
                "set latent_observer.kind to none"
            )
        self.observer = None
        self.latent_observer = None
        self.objectives = nn.ModuleDict()
        for name, objective in OBJECTIVES.items():
            if objective.built(configuration) and (training or objective.part is not None):
                self.objectives[name] = objective(self)
        self._target_weights: list[Tensor] = list(self.target_encoder.parameters())
        self._online_weights: list[Tensor] = list(self.encoder.parameters())
        self._norms = [
            (kept, new)
            for kept, new in zip(self.target_encoder.modules(), self.encoder.modules(), strict=True)
            if isinstance(kept, nn.BatchNorm1d) and isinstance(new, nn.BatchNorm1d)
        ]

    def start_from(self, file: str) -> None:
        """Let encoder and target encoder start from the weights in `file`."""
        self.encoder.load_weights(file)
        self.target_encoder.load_state_dict(self.encoder.state_dict())

    @property
    def any_observer(self) -> Observer | LatentObserver | None:
        """The observer in front of the encoder or in its place, if there is one."""
        return self.latent_observer if self.observer is None else self.observer

    def encode(self, observation: Observation) -> Tensor:
        """Latent (..., D) of a normalised observation (...)."""
        latent: Tensor = self.encoder(observation)
        return latent

    @torch.no_grad()
    def encode_target(self, observation: Observation) -> Tensor:
        """Target latent (..., D) of a normalised observation (...); no graph."""
        latent: Tensor = self.target_encoder(observation)
        return latent

    def remember(self, latents: Tensor, actions: Tensor) -> Tensor:
        """Belief states (batch, time, state) over `latents` (batch, time, D) of a window.

        `actions` (batch, time, A) are those executed; only beliefs with a prior look at them.
        """
        if not self.belief.uses_prior:
            return self.belief.unroll(latents)
        encoded = self.action_encoder(actions)
        return self.belief.unroll(latents, lambda state, t: self._predict(state, encoded[:, t]))

    def give(self, state: Tensor, observation: Observation) -> Tensor:
        """The state (..., state) with the fields of `observation` (...) that a belief is given."""
        if isinstance(self.belief, GivenBelief):
            assert self.given is not None
            return self.belief.give(state, self.given(observation.packed))
        return state

    def perceive(
        self,
        state: Tensor,
        observation: Observation,
        last_action: Tensor,
        missing: Tensor | None = None,
    ) -> Tensor:
        """Belief state (count, state) after one more observation (count) in deployment.

        `last_action` (count, A) is what was executed since the observation before. Where
        `missing` (count,) is True, the latent predicted stands in for the observation's.
        """
        latent, prior = self.encode(observation), None
        if self.belief.uses_prior or missing is not None:
            prior = self.predict(state, last_action)
        if missing is not None and prior is not None:
            latent = torch.where(missing[:, None], prior, latent)
        return self.give(self.belief.step(state, latent, prior), observation)

    def observe(
        self,
        sensing: Tensor,
        state: Tensor,
        observation: Observation,
        last_action: Tensor,
        missing: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The same through the latent observer, whose state `sensing` (count, …) is.

        Returns its state and the belief's.
        """
        assert self.latent_observer is not None
        prior, encoded = self.predict(state, last_action), self.latent_observer.encode(observation)
        sensing, latent = self.latent_observer.step(sensing, encoded, prior, missing)
        return sensing, self.give(self.belief.step(state, latent, prior), observation)

    def imagine_step(self, state: Tensor, action: Tensor) -> Tensor:
        """Belief state (count, state) after `action` (count, A), the prediction being seen."""
        latent = self.predict(state, action)
        return self.belief.step(state, latent, latent)

    def predict(self, state: Tensor, action: Tensor) -> Tensor:
        """Next latent (..., D) from a belief state (..., state) and an action (..., A)."""
        return self._predict(state, self.action_encoder(action))

    def imagine(self, state: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Roll the predictor out along `actions` (count, horizon, A) from `state` (count, state).

        Each predicted latent is fed to the belief in place of an observation:
        z_{t+k} = g(b_{t+k-1}, h(a_{t+k-1})). Returns the latents (count, horizon, D) and the
        beliefs (count, horizon, known size).
        """
        encoded = self.action_encoder(actions)  # (count, horizon, D)
        latents, beliefs = [], []
        for k in range(actions.shape[1]):
            latent = self._predict(state, encoded[:, k])
            state = self.belief.step(state, latent, latent)
            latents.append(latent)
            beliefs.append(self.belief.known(state))
        return torch.stack(latents, dim=1), torch.stack(beliefs, dim=1)

    def action_chunk(self, belief: Tensor) -> Tensor:
        """Commands (..., chunk, A) that the policy head proposes for a belief (..., known size)."""
        return self.head.actions(self.head(belief))

    @torch.no_grad()
    def update_target(self, tau: float) -> None:
        """target <- tau * target + (1 - tau) * online, for all parameters in one call."""
        torch._foreach_lerp_(self._target_weights, self._online_weights, 1.0 - tau)
        for kept, new in self._norms:  # their statistics are averages already
            for name, value in new.named_buffers():
                kept.get_buffer(name).copy_(value)

    def _predict(self, state: Tensor, encoded_action: Tensor) -> Tensor:
        belief = self.belief
        result: Tensor = self.predictor(belief.read(state), encoded_action, belief.estimate(state))
        return result
