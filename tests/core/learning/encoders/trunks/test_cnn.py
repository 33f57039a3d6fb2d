"""The small convolutional network, for images of any size."""

import subprocess
import sys

import pytest
import torch

from core.learning import EncoderConfiguration
from core.learning.encoders.trunks.cnn import ConvolutionalTrunk


@pytest.mark.parametrize("height", [16, 30, 64, 96, 128, 224])
@pytest.mark.parametrize("width", [64, 93, 224])
def test_it_gives_as_many_features_as_it_says(height, width):
    trunk = ConvolutionalTrunk(EncoderConfiguration(), height, width)
    found = trunk(torch.rand(2, 3, height, width))
    assert found.shape == (2, trunk.features)


def test_it_is_measured_without_the_compiler():
    """Where checkpoints are vetted, no file can be written, which torch's compiler asks for."""
    code = """
import sys, torch
from core.learning import EncoderConfiguration
from core.learning.encoders.trunks.cnn import ConvolutionalTrunk
with torch.device("meta"):
    ConvolutionalTrunk(EncoderConfiguration(), 64, 64)
sys.exit("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
