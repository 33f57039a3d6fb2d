"""A method: raw BC whose latents change smoothly."""

from core.benchmark.methods import METHODS, Method, patched

SMOOTH_BC = Method(
    "raw BC, smooth latents",
    patched(METHODS["raw_bc"].patch, {"loss": {"extra": {"smoothness": 0.1}}}),
)
