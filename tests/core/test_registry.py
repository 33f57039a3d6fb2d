import importlib
from importlib.metadata import EntryPoint

import pytest

from core import registry
from core.errors import UnknownNameError
from core.registry import (
    HOMES,
    Registry,
    extension_problems,
    load_extensions,
)


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


def test_an_entry_has_the_name_of_its_entry_point(installed):
    installed(other="core.simulation.tasks.reach:TASK")
    things = Registry("task", {}, "things")
    assert "other" not in things
    assert "calls itself 'reach'" in extension_problems()[0].reason


@pytest.mark.parametrize("group", HOMES)
def test_every_group_has_its_registry(group):
    module = importlib.import_module(HOMES[group])
    held = [value for value in vars(module).values() if isinstance(value, Registry)]
    (its,) = [each for each in held if each._group == f"act_jepa_studio.{group}"]
    assert len(its) > 0


def test_all_extensions_are_loaded_when_all_problems_are_asked_for(installed, monkeypatch):
    installed(broken="nowhere.at_all:Thing")
    things = Registry("thing", {}, "things")
    monkeypatch.setattr(registry, "HOMES", {"things": "a module", "others": "not imported"})
    monkeypatch.setattr(registry.importlib, "import_module", lambda _: Home)
    monkeypatch.setattr(Home, "things", things, raising=False)
    load_extensions()
    assert [problem.name for problem in extension_problems()] == ["broken"]


class Home:
    """Stands for the module that holds a registry."""
