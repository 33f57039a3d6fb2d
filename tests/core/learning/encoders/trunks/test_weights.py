"""Files of weights in the names of torchvision and timm: read, and refused in a sentence."""

import os
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from core.learning import Trainer, load_checkpoint, resume_training, save_checkpoint
from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.resnet import ResNet18
from core.learning.encoders.trunks.vit import ViTTiny, interpolated_positions
from core.learning.encoders.trunks.weights import read_weights
from core.learning.errors import LearningError, WeightsError

NETWORK = "a network"
SHAPES = {"weight": (2, 3), "bias": (2,)}


def starting(file: str) -> EncoderConfiguration:
    return EncoderConfiguration(weights=file)


@pytest.fixture
def write(tmp_path):
    """Writes tensors to a file and names it."""

    def written(**tensors: torch.Tensor) -> str:
        file = str(tmp_path / "weights.safetensors")
        save_file({name.replace("__", "."): value for name, value in tensors.items()}, file)
        return file

    return written


def refusal(file: str, shapes=SHAPES) -> str:
    """The sentence that `file` is refused with."""
    with pytest.raises(WeightsError) as caught:
        read_weights(file, NETWORK, shapes, ignored=("head.*",))
    assert isinstance(caught.value, LearningError)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def test_what_fits_is_read_as_float32_and_the_rest_passed_over(write):
    weight, bias = torch.rand(2, 3), torch.rand(2).half()
    given = read_weights(
        write(weight=weight, bias=bias, head__weight=torch.zeros(5, dtype=torch.int64)),
        NETWORK,
        SHAPES,
        ignored=("head.*",),
    )
    assert set(given) == {"weight", "bias"}
    assert torch.equal(given["weight"], weight)
    assert torch.equal(given["bias"], bias.float())
    assert given["bias"].dtype == torch.float32


def test_a_file_that_is_not_there(tmp_path):
    file = str(tmp_path / "absent.safetensors")
    assert refusal(file) == "there is no such file; name a safetensors file of a network"
    assert refusal(str(tmp_path)).startswith("there is no such file")


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04 a pickle", b"\xff" * 64])
def test_a_file_of_another_format(tmp_path, contents):
    file = tmp_path / "weights.pth"
    file.write_bytes(contents)
    message = refusal(str(file))
    assert message.startswith("it cannot be read as a safetensors file (")
    assert message.endswith("; save a network as one")


def test_a_file_cut_short(write):
    file = write(weight=torch.rand(2, 3), bias=torch.rand(2))
    os.truncate(file, os.path.getsize(file) - 4)  # noqa: PTH202
    assert refusal(file).startswith("it cannot be read as a safetensors file (")


def test_names_that_are_missing_and_too_many(write):
    file = write(weight=torch.rand(2, 3), bias2=torch.rand(2))
    assert refusal(file) == (
        "it is no file of a network: 1 name (bias) is missing, and 1 name (bias2) is too many"
    )
    assert refusal(write(weight=torch.rand(2, 3))) == (
        "it is no file of a network: 1 name (bias) is missing"
    )
    many = {f"other{i}": torch.rand(1) for i in range(5)}
    file = write(weight=torch.rand(2, 3), bias=torch.rand(2), **many)
    assert refusal(file) == (
        "it is no file of a network: 5 names (other0, other1, other2, …) are too many"
    )


def test_another_shape(write):
    file = write(weight=torch.rand(3, 2), bias=torch.rand(2))
    assert refusal(file) == "weight has the shape (3, 2); that of a network has (2, 3)"


def test_numbers_that_are_no_weights(write):
    bad = torch.tensor([1.0, float("nan")])
    assert refusal(write(weight=torch.rand(2, 3), bias=bad)) == (
        "bias holds NaN or infinity; use another copy of the file"
    )
    whole = torch.ones(2, dtype=torch.int8)
    assert refusal(write(weight=torch.rand(2, 3), bias=whole)) == (
        "bias holds int8 numbers; expected floating-point ones"
    )


def test_a_residual_network_starts_from_a_file(tmp_path):
    source = ResNet18(starting("theirs"), 64, 64)
    for norm in (source.bn1, source.layer3[0].downsample[1]):
        norm.running_mean.normal_()
    file = str(tmp_path / "resnet18.safetensors")
    tensors = {
        **source.state_dict(),
        "bn1.num_batches_tracked": torch.tensor(7),
        "layer1.0.bn1.num_batches_tracked": torch.tensor(7),
        "fc.weight": torch.zeros(1000, 512),
        "fc.bias": torch.zeros(1000),
    }
    save_file(tensors, file)
    assert {"layer4.1.conv2.weight", "layer2.0.downsample.1.running_var"} < set(tensors)
    trunk = ResNet18(starting(file), 64, 64)
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert not torch.equal(trunk(images), source(images))
        trunk.load_weights(file)
        assert torch.equal(trunk(images), source(images))


def test_a_training_starts_from_a_file_and_its_checkpoint_does_without(
    tmp_path, filmed, small_configuration
):
    torch.manual_seed(0)
    source = ResNet18(starting("theirs"), 16, 16)
    source.bn1.running_mean.normal_()
    file = tmp_path / "resnet18.safetensors"
    save_file(source.state_dict(), file)
    c = small_configuration("cameras", batch=2, steps=2)
    c = replace(c, encoder=replace(c.encoder, kind="resnet18", weights=str(file), shared=True))
    trainer = Trainer(filmed, c, "cpu")
    for encoder in (trainer.model.encoder, trainer.model.target_encoder):
        for name, value in source.state_dict().items():
            assert torch.equal(encoder.trunks["all"].state_dict()[name], value), name
    while not trainer.finished:
        trainer.update()
    trained = trainer.model.encoder.trunks["all"]
    assert not torch.equal(trained.bn1.bias, source.bn1.bias)
    for name, value in source.named_buffers():
        assert torch.equal(trained.get_buffer(name), value), name
    folder = save_checkpoint(tmp_path / "run", trainer)
    file.unlink()
    deployed = load_checkpoint(folder).model.encoder.trunks["all"]
    assert torch.equal(deployed.layer4[1].conv2.weight, trained.layer4[1].conv2.weight)
    assert torch.equal(deployed.bn1.running_mean, source.bn1.running_mean)
    assert resume_training(folder, filmed, "cpu").step == trainer.step, "it needs no file either"


def test_a_transformer_starts_from_a_file_of_another_grid(tmp_path):
    source = ViTTiny(starting("theirs"), 96, 96)
    file = str(tmp_path / "vit.safetensors")
    save_file({**source.state_dict(), "head.weight": torch.zeros(10, 192)}, file)
    same = ViTTiny(starting(file), 96, 96)
    same.load_weights(file)
    images = torch.rand(1, 3, 96, 96)
    with torch.no_grad():
        assert torch.equal(same(images), source(images))
    other = ViTTiny(starting(file), 64, 96)
    other.load_weights(file)
    expected = interpolated_positions(source.pos_embed, (6, 6), (4, 6))
    assert torch.equal(other.pos_embed, expected)
    assert torch.equal(other.blocks[11].mlp.fc2.weight, source.blocks[11].mlp.fc2.weight)


def test_files_of_another_network_are_refused(tmp_path):
    file = str(tmp_path / "weights.safetensors")
    save_file(ResNet18(starting("theirs"), 64, 64).state_dict(), file)
    trunk = ViTTiny(starting(file), 64, 64)
    with pytest.raises(WeightsError, match=r"vit_tiny_patch16_224: 150 names \(.*, …\) are missi"):
        trunk.load_weights(file)
    tensors = trunk.state_dict()
    for shape in ((1, 18, 192), (1, 17, 384), (17, 192)):
        save_file({**tensors, "pos_embed": torch.zeros(shape)}, file)
        with pytest.raises(WeightsError, match=r"pos_embed has the shape .*; expected \(1, 1 \+ n"):
            trunk.load_weights(file)
