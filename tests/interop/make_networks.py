"""Random networks of torchvision and timm: their weights, images, and what they make of these.

Runs in an environment with both: `make_networks.py FOLDER`. Statistics of batch norm, scales,
shifts and positions are random too, since what is 0 or 1 in a new network would hide an exchange.
Matrices of transformers are larger than new ones, with which a class token hardly sees the image.
"""

import sys
import types
from importlib.metadata import version
from pathlib import Path

# torchvision's wheel is built for CUDA and cannot load its operators beside a CPU torch. Nothing
# here needs them, but torchvision describes their shapes when it is imported: that is left out.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")

import timm  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

IMAGES = 4
TRANSFORMERS = {"vit_s": "vit_small_patch16_224", "vit_tiny": "vit_tiny_patch16_224"}
SIZES = ((64, 64), (96, 96), (128, 128), (224, 224), (64, 96))
"""Heights and widths of images [px]."""
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@torch.no_grad()
def randomised(network: nn.Module, generator: torch.Generator) -> nn.Module:
    """`network` in evaluation mode, with nothing left at 0 or 1."""
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2.0, generator=generator)
        elif name in ("cls_token", "pos_embed"):
            tensor.normal_(0.0, 0.5, generator=generator)
        elif tensor.ndim == 2:
            tensor.normal_(0.0, 1.5 * tensor.shape[1] ** -0.5, generator=generator)
        elif tensor.is_floating_point() and tensor.ndim == 1:
            tensor.add_(0.2 * torch.randn(tensor.shape, generator=generator))
    return network.eval()


def prepared(images: Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """Images as the packages' own transforms hand them to a network."""
    normalise = torchvision.transforms.Normalize(mean, std)
    return torch.stack([normalise(image) for image in images])


@torch.no_grad()
def main(folder: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    kept: dict[str, Tensor] = {}
    coarse = torch.rand(IMAGES, 3, 4, 4, generator=generator)  # pixels at random all look alike
    images = {size: functional.interpolate(coarse, size, mode="bilinear") for size in SIZES}
    network = randomised(torchvision.models.resnet18(weights=None), generator)
    save_file(network.state_dict(), folder / "resnet18.safetensors")
    network.fc = nn.Identity()
    for size in SIZES:
        kept[f"resnet18/{size[0]}x{size[1]}/forward"] = network(prepared(images[size], *IMAGENET))
    for name, published in TRANSFORMERS.items():
        network = randomised(timm.create_model(published), generator)
        weights = network.state_dict()
        save_file(weights, folder / f"{name}.safetensors")
        settings = network.pretrained_cfg
        dynamic = timm.create_model(published, num_classes=0, dynamic_img_size=True).eval()
        dynamic.load_state_dict({k: v for k, v in weights.items() if not k.startswith("head.")})
        for size in SIZES:
            given = prepared(images[size], settings["mean"], settings["std"])
            place = f"{name}/{size[0]}x{size[1]}"
            kept[f"{place}/dynamic_img_size"] = dynamic(given)
            # timm's other way: positions are interpolated when the weights are loaded
            sized = timm.create_model(published, num_classes=0, img_size=size).eval()
            fitted = timm.models.vision_transformer.checkpoint_filter_fn(dict(weights), sized)
            sized.load_state_dict({k: v for k, v in fitted.items() if not k.startswith("head.")})
            kept[f"{place}/img_size"] = sized(given)
    save_file({k: v.contiguous() for k, v in kept.items()}, folder / "features.safetensors")
    save_file({f"{h}x{w}": v for (h, w), v in images.items()}, folder / "images.safetensors")
    sys.stdout.write(
        f"torchvision {version('torchvision')} and timm {version('timm')} "
        f"(torch {torch.__version__}): {len(kept)} sets of features\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
