from importlib.metadata import EntryPoint

import pytest

from core import registry
from core.registry import Registry, UnknownNameError, extension_problems


class Thing:
    pass


@pytest.fixture
def installed(monkeypatch):
    """Pretend that packages with these entry points are installed."""
    monkeypatch.setattr(registry, "_problems", [])

    def install(**points):
        group = "act_jepa_studio.things"
        found = [EntryPoint(name, value, group) for name, value in points.items()]
        monkeypatch.setattr(
            registry, "entry_points", lambda *, group: [p for p in found if p.group == group]
        )

    install()
    return install


def test_an_unknown_name_lists_those_there_are():
    things = Registry("strategy", {"a": 1, "b": 2})
    with pytest.raises(UnknownNameError, match=r"^unknown strategy 'c'; strategies: a, b$"):
        things["c"]
    assert things.names == ("a", "b") and "c" not in things


def test_what_an_installed_package_adds_comes_after_what_is_built_in(installed):
    installed(more="collections:OrderedDict")
    things = Registry("thing", {"own": dict}, "things", expected=dict)
    assert things.names == ("own", "more")
    assert extension_problems() == ()


def test_nothing_is_loaded_before_somebody_asks(installed):
    things = Registry("thing", {}, "things")
    installed(late="collections:OrderedDict")
    assert things.names == ("late",)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nowhere.at_all:Thing", "ModuleNotFoundError"),
        ("collections:absent", "AttributeError"),
        ("collections:OrderedDict", "expected Thing"),
    ],
)
def test_an_extension_that_fails_is_named_and_the_others_work(installed, value, reason):
    installed(broken=value)
    things = Registry("thing", {"own": Thing}, "things", expected=Thing)
    assert "own" in things and "broken" not in things
    assert any(p.name == "broken" and reason in p.reason for p in extension_problems())
    assert "the extension 'broken' (things) of the package" in str(extension_problems()[0])


def test_an_extension_cannot_take_the_place_of_what_is_built_in(installed):
    installed(own="collections:OrderedDict")
    things = Registry("thing", {"own": Thing}, "things")
    assert things["own"] is Thing
    assert "exists already" in extension_problems()[0].reason
