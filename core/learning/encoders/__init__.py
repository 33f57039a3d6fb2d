"""Encoders of observations, one file each. A new one is a file and a line here."""

from core.learning.configuration import EncoderConfiguration
from core.learning.dataset.normaliser import Normaliser
from core.learning.encoders.encoder import Encoder
from core.learning.encoders.fusion import CnnEncoder, ResNetEncoder, ViTSmallEncoder, ViTTinyEncoder
from core.learning.encoders.state import StateEncoder
from core.learning.errors import ConfigurationError, UnknownChoiceError
from core.registry import Registry
from core.spec import Spec

ENCODERS: Registry[type[Encoder]] = Registry(
    "encoder",
    {
        "mlp": StateEncoder,
        "cnn": CnnEncoder,
        "resnet18": ResNetEncoder,
        "vit_s": ViTSmallEncoder,
        "vit_tiny": ViTTinyEncoder,
    },
    "encoders",
    expected=Encoder,
    error=UnknownChoiceError,
)
"""Encoders by name, those of other packages last."""


def make_encoder(
    configuration: EncoderConfiguration, spec: Spec, normaliser: Normaliser
) -> Encoder:
    """The encoder that the configuration names.

    Raises `ConfigurationError` listing the names, or naming images that it does not take.
    """
    encoder = ENCODERS[configuration.kind]
    images = [field.name for field in spec.sensed if field.kind == "image"]
    if images and not encoder.takes_images:
        raise ConfigurationError(
            f"the encoder '{configuration.kind}' takes no images ({', '.join(images)}); choose "
            "the preset cameras or another encoder, such as cnn, or let the policy sense the state"
        )
    return encoder(configuration, spec, normaliser)


__all__ = ["ENCODERS", "Encoder", "make_encoder"]
