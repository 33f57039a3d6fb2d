"""Forward and backward of the networks over images, compared with the smallest of them.

    python tests/benchmarks/bench_encoders.py [--images 16] [--turns 3] [--sizes 64 96 128 224]

Images of one camera a second of processor time, on one torch thread. At each size all networks take
turns in float32 and in bf16 autocast. A ratio is the time of an image over that of `cnn` in float32
at that size, the median over the turns.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence

import torch
from rich.console import Console
from rich.table import Table

from core.learning import EncoderConfiguration
from core.learning.encoders.trunks.cnn import ConvolutionalTrunk
from core.learning.encoders.trunks.resnet import ResNet18
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.vit import ViTSmall, ViTTiny

NETWORKS: Mapping[str, tuple[type[Trunk], EncoderConfiguration]] = {
    "cnn": (ConvolutionalTrunk, EncoderConfiguration(kind="cnn")),
    "resnet18": (ResNet18, EncoderConfiguration(kind="resnet18")),
    "resnet18, weights": (ResNet18, EncoderConfiguration(kind="resnet18", weights="a file")),
    "vit_tiny": (ViTTiny, EncoderConfiguration(kind="vit_tiny")),
    "vit_tiny, weights": (ViTTiny, EncoderConfiguration(kind="vit_tiny", weights="a file")),
    "vit_s": (ViTSmall, EncoderConfiguration(kind="vit_s")),
    "vit_s, weights": (ViTSmall, EncoderConfiguration(kind="vit_s", weights="a file")),
}
"""From scratch, and with the architecture of a weights file, whose numbers take no other time."""
SHORTEST = 0.2
"""A turn of a network repeats its update until it took this long [s]."""
PRECISIONS = (torch.float32, torch.bfloat16)
Rates = Mapping[tuple[str, torch.dtype], Sequence[float]]


def main() -> None:
    """Measure every network at every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=16, help="images of an update")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 96, 128, 224])
    options = parser.parse_args()
    torch.set_num_threads(1)
    table = Table("size [px]", "network", title="forward and backward, one core")
    for precision in ("float32", "bf16 autocast"):
        table.add_column(f"{precision} [images/s]", justify="right")
        table.add_column("time × cnn", justify="right")
    for size in options.sizes:
        sys.stderr.write(f"{size} px\n")
        rates = _rates(size, options.images, options.turns)
        smallest = rates["cnn", torch.float32]
        for name in NETWORKS:
            row = [str(size), name]
            for precision in PRECISIONS:
                of_this = rates[name, precision]
                ratio = statistics.median(b / a for a, b in zip(of_this, smallest, strict=True))
                row += [f"{statistics.median(of_this):.1f}", f"{ratio:.3g}"]
            table.add_row(*row)
    Console(width=120).print(table)


def _rates(size: int, count: int, turns: int) -> Rates:
    """Images a second of every network in every precision, one number a turn."""
    images = torch.rand(count, size, size, 3).permute(0, 3, 1, 2)  # the memory of a camera image
    networks = {name: kind(settings, size, size) for name, (kind, settings) in NETWORKS.items()}
    rates: dict[tuple[str, torch.dtype], list[float]] = {}
    for turn in range(-1, turns):
        for name, network in networks.items():
            for precision in PRECISIONS:
                rate = _rate(network, images, precision)
                if turn >= 0:  # the first warms up
                    rates.setdefault((name, precision), []).append(rate)
    return rates


def _rate(network: Trunk, images: torch.Tensor, precision: torch.dtype) -> float:
    began, updates = time.process_time(), 0
    while (taken := time.process_time() - began) < SHORTEST:
        network.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            features = network(images)
        features.float().square().mean().backward()
        updates += 1
    return updates * len(images) / taken


if __name__ == "__main__":
    main()
