"""What is compared: methods, ablations and regimes, each a patch on the default configuration.

Everything that a patch does not name is the same for all: inputs, augmentation, encoder size, head
and number of updates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from core.errors import UnknownNameError
from core.learning import Configuration, get_preset
from core.registry import Registry

Patch = Mapping[str, Mapping[str, Any]]


def patched(settings: Patch, patch: Patch) -> dict[str, Any]:
    """A copy of `settings`, by section, with the values of `patch` in their places."""
    sections = dict.fromkeys((*settings, *patch))
    return {name: {**settings.get(name, {}), **patch.get(name, {})} for name in sections}


@dataclass(frozen=True)
class Method:
    """A way of learning a policy, or a variant of one."""

    title: str
    """What tables call it."""
    patch: Patch
    """What it changes in the configuration of a regime."""


@dataclass(frozen=True)
class Regime:
    """What all methods of a table have in common."""

    title: str
    """What tables call it."""
    patch: Patch
    """What it changes in the default configuration."""


UPDATES: Patch = {"training": {"steps": 1500, "head_steps": 1500, "batch": 16, "window": 48}}
"""Updates of every method: of everything together, or of the representation and then the head."""

_NO_OBSERVER: Patch = {"observer": {"kind": "none"}}
_NO_MEMORY: Patch = {"belief": {"kind": "none"}, "training": {"window": 24}, **_NO_OBSERVER}
"""The observer remembers too. Without a memory, longer windows only repeat what their steps tell:
pick-place, 100 demonstrations, raw BC, 48 steps 86 of 100, 24 steps 85 in half of the time."""

_SEEN: Patch = {"encoder": {"goal": "seen"}}

REGIMES = Registry(
    "regime",
    {
        "A": Regime(
            "single actions by mean squared error, no memory, trained on clean recordings",
            {
                "head": {"chunk": 1, "loss": "mse", "gripper": "regression"},
                # as long as the head's chunks, here as in B and C
                "loss": {"inverse_span": 1},
                **_NO_MEMORY,
            },
        ),
        "B": Regime("action chunks with temporal ensembling, no memory", _NO_MEMORY),
        "C": Regime("action chunks, and memory of the same size for every method", {}),
        "P": Regime(
            "camera images and proprioception, the goal given, action chunks, no memory",
            get_preset("cameras").to_dict(),
        ),
        "S": Regime("as P, with the goal seen", patched(get_preset("cameras").to_dict(), _SEEN)),
    },
)

STATE_REGIMES = ("A", "B", "C")
"""Those of policies that sense the state."""

_INVERSE = 10.0
"""Weight of inverse dynamics in a representation that will be frozen, for every method alike."""
_FROZEN = {"protocol": "frozen"}
_NO_TERMS = {"prediction": 0.0, "inverse_dynamics": 0.0, "decoder": 0.0, "goal": 0.0}
"""No representation loss, and none of what only planning and people read."""


_NO_INVERSE: Patch = {"loss": {"inverse_dynamics": 0.0}}
_ACT_JEPA: Patch = {"training": _FROZEN, "loss": {"inverse_dynamics": _INVERSE}}


def _representation(**terms: float) -> Patch:
    """Frozen, with nothing but `terms` for the representation."""
    return {"training": _FROZEN, "loss": _NO_TERMS | terms, **_NO_OBSERVER}


_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "raw_bc": Method(
            "raw BC, end to end",
            {"training": {"protocol": "joint"}, "loss": _NO_TERMS, **_NO_OBSERVER},
        ),
        "raw_bc_observer": Method(
            "raw BC behind the observer", {"training": {"protocol": "joint"}, "loss": _NO_TERMS}
        ),
        "random_encoder": Method(
            "random encoder + BC",
            {"training": _FROZEN | {"steps": 0}, "loss": _NO_TERMS, **_NO_OBSERVER},
        ),
        "autoencoder": Method("autoencoder + BC", _representation(reconstruction=1.0)),
        "autoencoder_inverse": Method(
            "autoencoder, inverse dynamics + BC",
            _representation(reconstruction=1.0, inverse_dynamics=_INVERSE),
        ),
        "predictive_autoencoder": Method(
            "predictive autoencoder + BC", _representation(next_observation=1.0)
        ),
        "predictive_autoencoder_inverse": Method(
            "predictive autoencoder, inverse dynamics + BC",
            _representation(next_observation=1.0, inverse_dynamics=_INVERSE),
        ),
        "contrastive": Method("contrastive (SimCLR) + BC", _representation(contrastive=1.0)),
        "contrastive_inverse": Method(
            "contrastive, inverse dynamics + BC",
            _representation(contrastive=1.0, inverse_dynamics=_INVERSE),
        ),
        "v_jepa": Method("V-JEPA (passive) + BC", _representation(masked=1.0)),
        "v_jepa_inverse": Method(
            "V-JEPA, inverse dynamics + BC", _representation(masked=1.0, inverse_dynamics=_INVERSE)
        ),
        "inverse": Method(
            "inverse dynamics alone + BC", _representation(inverse_dynamics=_INVERSE)
        ),
        "act_jepa_plain": Method("ACT-JEPA + BC, frozen", patched(_ACT_JEPA, _NO_INVERSE)),
        "act_jepa": Method("ACT-JEPA, inverse dynamics + BC, frozen", _ACT_JEPA),
        "act_jepa_joint_plain": Method(
            "ACT-JEPA + BC, joint", {"training": {"protocol": "joint"}, **_NO_INVERSE}
        ),
        "act_jepa_joint": Method(
            "ACT-JEPA, inverse dynamics + BC, joint", {"training": {"protocol": "joint"}}
        ),
    }
)
METHODS = Registry("method", _METHODS, "methods", expected=Method)
"""The rows of the main table. ``plain``: the reference's objective, prediction alone."""

NOISE = 0.5
"""Largest noise that the noise-trained variants are trained with [standard deviations]."""


def _with_noise(name: str) -> Method:
    method = _METHODS[name]
    return Method(
        f"{method.title}, trained with noise", patched(method.patch, {"training": {"noise": NOISE}})
    )


NOISE_TRAINED: Mapping[str, Method] = MappingProxyType(
    {f"{name}_noise": _with_noise(name) for name in ("raw_bc", "act_jepa", "act_jepa_joint")}
)
"""Variants for the noise table of the regime that has no memory."""

LONG: Mapping[str, Method] = MappingProxyType(
    {
        "raw_bc_long": Method(
            "raw BC, end to end, for as much time as joint ACT-JEPA",
            patched(_METHODS["raw_bc"].patch, {"training": {"steps": 5000}}),
        )
    }
)
"""Variants for the tables from images: an update of raw BC takes two fifths of the time of one of
joint ACT-JEPA, which encodes a later frame, and targets."""

BASELINE = "act_jepa"
"""The method that the others are compared with, and that ablations change."""


def _variant(title: str, **patch: Mapping[str, Any]) -> Method:
    """ACT-JEPA, frozen, with a change."""
    return Method(title, patched(_ACT_JEPA, patch))


def _tau(value: float, **more: Any) -> dict[str, Any]:
    return {"tau": value, "final_tau": value, **more}


ABLATIONS: Mapping[str, Method] = MappingProxyType(
    {
        "no_actions": _variant("no action conditioning", predictor={"actions": False}),
        "no_ema": _variant("no EMA", target=_tau(0.0)),
        "no_ema_plain": _variant("no EMA, no inverse dynamics", target=_tau(0.0), **_NO_INVERSE),
        "no_ema_no_stop_gradient": _variant(
            "no EMA, no stop-gradient", target=_tau(0.0, stop_gradient=False)
        ),
        **{
            f"tau_{tau}": _variant(f"τ {tau}", target=_tau(tau))
            for tau in (0.99, 0.996, 0.999, 0.9999)
        },
        "reconstruction": _variant(
            "reconstruction in place of the latent loss",
            loss={"prediction": 0.0, "reconstruction": 1.0},
        ),
        **{
            f"predictor_{width}": _variant(
                f"predictor width {name}", predictor={"hidden": (width, width)}
            )
            for name, width in (("D/2", 64), ("D", 128), ("2D", 256), ("4D", 512))
        },
        **{
            combination: _variant(title, predictor={"combination": combination})
            for combination, title in (
                ("concatenate", "concatenation"),
                ("add", "addition"),
                ("film", "FiLM"),
            )
        },
        "not_residual": _variant("not residual", predictor={"residual": False}),
        **{
            f"rollout_{steps}": _variant(f"rollout {steps}", loss={"rollout": steps})
            for steps in (1, 3, 5)
        },
        **{
            f"loss_{distance}": _variant(f"{title} loss", loss={"distance": distance})
            for distance, title in (
                ("plain", "plain"),
                ("l2", "ℓ2-normalised"),
                ("layer", "layer-normalised"),
            )
        },
        **{
            f"norm_{kind}": _variant(f"{kind} norm of the latent", encoder={"normalisation": kind})
            for kind in ("layer", "batch")
        },
        "linear_head": _variant("linear head", head={"hidden": ()}),
        **{
            f"chunk_{length}": _variant(f"chunk of {length}", head={"chunk": length})
            for length in (1, 4, 8, 16, 32)
        },
    }
)
"""Variants of ACT-JEPA; those that change nothing are there so that every choice has its row."""

_TEN = {"steps": 10 * UPDATES["training"]["steps"]}
_HALF = {name: UPDATES["training"][name] // 2 for name in ("steps", "head_steps")}
_LAYER_NORM: Patch = {"encoder": {"normalisation": "layer"}}
_BATCH_NORM: Patch = {"encoder": {"normalisation": "batch"}}
_WHOLE: Patch = {"predictor": {"residual": False}}
_AHEAD: Patch = {"loss": {"rollout": 12}}
_STACK: Patch = {"belief": {"kind": "stack", "length": 8}}
_FILTER: Patch = {"belief": {"kind": "filter"}}
_FORCES: Patch = {"encoder": {"ignored": ("joint_positions", "joint_velocities")}}


def _idea(base: str, change: str, **patch: Mapping[str, Any]) -> Method:
    """The method `base` with a change."""
    return Method(f"{_METHODS[base].title}: {change}", patched(_METHODS[base].patch, patch))


IDEAS: Mapping[str, Method] = MappingProxyType(
    {
        "raw_bc_forces": _idea("raw_bc", "wrist forces seen too", **_FORCES),
        "act_jepa_forces": _idea("act_jepa", "wrist forces seen too", **_FORCES),
        "act_jepa_long_inverse": _idea(
            "act_jepa", "inverse dynamics over 16 steps", loss={"inverse_span": 16}
        ),
        "act_jepa_inverse_1": _idea(
            "act_jepa", "inverse dynamics weighs 1, not 10", loss={"inverse_dynamics": 1.0}
        ),
        "act_jepa_whole_future": _idea(
            "act_jepa", "no later latent hidden", loss={"hidden_future": 0.0}
        ),
        "act_jepa_prediction_10": _idea(
            "act_jepa", "prediction weighs 10, not 1", loss={"prediction": 10.0}
        ),
        "act_jepa_replays": _idea("act_jepa", "perturbed replays", training={"replays": 2}),
        "joint_prediction_10": _idea(
            "act_jepa_joint", "prediction weighs 10, not 1", loss={"prediction": 10.0}
        ),
        "joint_prediction_0.1": _idea(
            "act_jepa_joint", "prediction weighs 0.1, not 1", loss={"prediction": 0.1}
        ),
        "joint_replays": _idea("act_jepa_joint", "perturbed replays", training={"replays": 2}),
        **{
            f"plain_{name}": _idea("act_jepa_plain", change, **patch)
            for name, change, patch in (
                ("layer_norm", "layer norm of the latent", _LAYER_NORM),
                ("batch_norm", "batch norm of the latent", _BATCH_NORM),
                ("whole_latent", "not residual", _WHOLE),
                ("rollout_12", "twelve steps ahead", _AHEAD),
                ("norm_whole", "batch norm, not residual", {**_BATCH_NORM, **_WHOLE}),
                ("norm_rollout_12", "batch norm, twelve steps ahead", {**_BATCH_NORM, **_AHEAD}),
                ("updates_10", "ten times the updates", {"training": _TEN}),
                (
                    "norm_updates_10",
                    "batch norm, ten times the updates",
                    {**_BATCH_NORM, "training": _TEN},
                ),
            )
        },
        "random_layer_norm": _idea("random_encoder", "layer norm of the latent", **_LAYER_NORM),
        "stack_raw_bc": _idea("raw_bc", "eight latents side by side", **_STACK),
        "stack_act_jepa_joint": _idea(
            "act_jepa_joint", "eight latents side by side", **_STACK, **_NO_OBSERVER
        ),
        "filter_act_jepa_joint": _idea(
            "act_jepa_joint", "latent filter", **_FILTER, **_NO_OBSERVER
        ),
        "filter_act_jepa_joint_noise": _idea(
            "act_jepa_joint",
            "latent filter, trained with noise",
            **_FILTER,
            **_NO_OBSERVER,
            training={"noise": NOISE},
        ),
        **{
            f"half_{name}": _idea(name, "half of the updates", training=_HALF)
            for name in ("raw_bc", "act_jepa", "act_jepa_joint")
        },
    }
)
"""Changes tried on validation starts: to be better where ACT-JEPA is not yet, or to cost less."""

QUICK: Patch = {
    "encoder": {"latent": 32, "hidden": (48,)},
    "predictor": {"hidden": (48,)},
    "belief": {"size": 32},
    "head": {"hidden": (48,)},
    "training": {"steps": 8, "head_steps": 8, "batch": 4, "window": 24},
}
"""Networks and updates of a trial run, which shows that everything works and measures nothing."""


_VARIANTS: Mapping[str, Method] = {**NOISE_TRAINED, **LONG, **ABLATIONS, **IDEAS}


def get_method(name: str) -> Method:
    """The method, ablation or idea called `name`; raises :class:`UnknownNameError`."""
    if name in _VARIANTS:
        return _VARIANTS[name]
    if name not in METHODS:
        raise UnknownNameError("method", name, (*METHODS, *_VARIANTS))
    return METHODS[name]


@cache
def configuration(method: str, regime: str, seed: int, *, quick: bool = False) -> Configuration:
    """All settings of a training.

    Raises :class:`UnknownNameError`, and :class:`core.learning.ConfigurationError` where a patch
    does not fit the configuration.
    """
    settings: dict[str, Any] = Configuration().to_dict()
    for patch in (
        UPDATES,
        REGIMES[regime].patch,
        QUICK if quick else {},
        get_method(method).patch,
        {"training": {"seed": seed}},
    ):
        settings = patched(settings, patch)
    return Configuration.from_dict(settings)
