import pytest

from core.simulation import Condition, ConditionError
from core.simulation.disturbances import varied_noise


def test_a_condition_is_written_as_it_is_read():
    for condition in (Condition(), Condition(noise=0.3), Condition(dropout=0.5, delay=3)):
        assert Condition.parse(str(condition)) == condition
        assert Condition.from_dict(condition.to_dict()) == condition
    assert str(Condition()) == "clean"
    assert str(Condition(dropout=0.5, delay=3)) == "dropout=0.5,delay=3"
    assert Condition.from_dict({"delay": 3.0}).delay == 3


def test_only_noise_is_told_from_more():
    assert Condition(noise=0.3).only_noise
    assert not Condition(noise=0.3, bias=0.1).only_noise


def test_the_noise_that_varies_is_that_of_images_or_of_the_other_senses():
    assert varied_noise([]) == varied_noise([Condition(), Condition(noise=0.3)]) == "noise"
    fixed = [Condition(pixel_noise=0.1), Condition(noise=0.3, pixel_noise=0.1)]
    assert varied_noise(fixed) == "noise"
    assert varied_noise([*fixed, Condition(noise=0.3)]) == "pixel_noise"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fog=1", "unknown disturbance 'fog'; disturbances: bias, blur, .*displace_goal,"),
        ("noise", "condition 'noise'; expected name=number"),
        ("noise=-1", "noise is -1.0; expected 0 or more"),
        ("drift=nan", "drift is nan; expected 0 or more"),
        ("dropout=1", "dropout is 1.0; expected 0 to below 1"),
        ("brightness=1.5", "brightness is 1.5; expected 0 to 1"),
        ("distractors=1.5", "distractors is 1.5; expected whole things, 0 to 100"),
        ("delay=1.5", "delay is 1.5; expected whole control steps"),
    ],
)
def test_senseless_conditions_are_refused_in_a_sentence(text, message):
    with pytest.raises(ConditionError, match=message):
        Condition.parse(text)
