"""Compares features of this program's trunks with those that `make_networks.py` left in a folder.

Runs in this program's environment: `compare_features.py FOLDER`.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.resnet import ResNet18
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.vit import ViTSmall, ViTTiny

TRUNKS: dict[str, type[Trunk]] = {"resnet18": ResNet18, "vit_s": ViTSmall, "vit_tiny": ViTTiny}
LARGEST = 1e-4
"""Largest difference of a feature."""


@torch.no_grad()
def main(folder: Path) -> None:
    images = load_file(folder / "images.safetensors")
    expected = load_file(folder / "features.safetensors")
    worst = 0.0
    for place, features in sorted(expected.items()):
        name, size, way = place.split("/")
        height, width = map(int, size.split("x"))
        file = str(folder / f"{name}.safetensors")
        trunk = TRUNKS[name](EncoderConfiguration(kind=name, weights=file), height, width)
        trunk.load_weights(file)
        given = trunk(images[size].to(memory_format=torch.channels_last))
        assert given.shape == features.shape, (place, given.shape, features.shape)
        difference = float((given - features).abs().max())
        worst = max(worst, difference)
        sys.stdout.write(
            f"{name:9} {size:>8} {way:17} largest feature {float(features.abs().max()):5.2f}, "
            f"spread over images {float(features.std(0).mean()):.2f}, "
            f"largest difference {difference:.1e}\n"
        )
    if worst > LARGEST:
        sys.exit(f"features differ by {worst:.1e}; at most {LARGEST:.0e} is allowed")
    sys.stdout.write(f"all equal within {LARGEST:.0e}; largest difference {worst:.1e}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
