import numpy as np
import pytest

from core.simulation import DISTURBANCES, TASKS, Appearance, Condition
from core.simulation.disturbances import AppearanceDisturbance
from core.simulation.disturbances.looks import OBJECT, SURROUNDINGS
from core.simulation.model import load_model
from core.simulation.task import OBJECT_BOX

TASK = TASKS["pick_place"]
SEEDS = range(1_000_000, 1_000_200)
KINDS = [each for each in DISTURBANCES.values() if isinstance(each, AppearanceDisturbance)]


def looks(seeds=SEEDS, **strengths: float) -> list[Appearance]:
    condition = Condition(**strengths)
    found = [condition.appearance(TASK, seed) for seed in seeds]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
def test_looks_are_a_function_of_the_seed(kind):
    first, again = (looks(range(5), **{kind.name: kind.example}) for _ in range(2))
    assert first == again and len(first) == 5
    assert first[0] != first[1] != first[2] or kind.name == "light_strength"
    assert Condition(**{kind.name: 0}).appearance(TASK, 0) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
@pytest.mark.parametrize("strength", ["example", "largest"])
def test_a_scene_can_look_so(kind, strength):
    for look in looks(range(20), **{kind.name: getattr(kind, strength)}):
        model = load_model(TASK.name)
        look.apply(model)
        assert (model.mat_rgba >= 0).all() and (model.mat_rgba <= 1).all()
        assert (model.light_diffuse >= 0).all()
        assert all(0 <= part <= 1 for thing in look.things for part in thing.color)


def test_what_does_not_change_looks_gives_none():
    condition = Condition(noise=0.3, pixel_noise=0.1, late_images=2, displace_goal=0.1)
    assert condition.appearance(TASK, 0) is None


def test_light_is_turned_by_the_angle_in_all_directions():
    turned = np.array([each.light_turned for each in looks(light_direction=40)])
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.radians(40))
    assert np.linalg.norm(turned.mean(axis=0)) < 0.15 * np.radians(40)
    np.testing.assert_allclose((turned**2).mean(axis=0), np.radians(40) ** 2 / 3, rtol=0.3)


def test_light_is_stronger_or_weaker_by_the_part():
    light = np.array([(each.light, each.ambient) for each in looks(light_strength=0.3)])
    np.testing.assert_allclose(np.abs(light - 1.0), 0.3)
    assert (light == light[:, :1, :1]).all() and 0.35 < (light[:, 0, 0] > 1).mean() < 0.65


@pytest.mark.parametrize(("name", "materials"), [("table", ("bench_top",)), ("object", OBJECT)])
def test_colours_are_mixed_with_a_pure_one(name, materials):
    model = load_model(TASK.name)
    pure = looks(**{f"{name}_colour": 1.0})
    for part, whole in zip(looks(**{f"{name}_colour": 0.25}), pure, strict=True):
        assert set(part.colors) == set(whole.colors) == set(materials)
        for material, color in whole.colors.items():
            assert min(color) == 0.0 and max(color) == 1.0
            own = model.material(material).rgba[:3]
            mixed = 0.75 * own + 0.25 * np.array(color)
            np.testing.assert_allclose(part.colors[material], mixed, atol=1e-6)
    assert len({tuple(np.round(each.colors[materials[0]], 1)) for each in pure}) > 30


def test_distractors_lie_on_the_table_around_the_middle():
    found = looks(distractors=6)
    assert all(len(each.things) == 6 for each in found)
    assert [each.things for each in looks(distractors=4)] == [each.things[:4] for each in found]
    things = [thing for each in found for thing in each.things]
    places = np.array([thing.position for thing in things])
    heights = [t.size[0] if t.shape == "sphere" else t.size[1 + (t.shape == "box")] for t in things]
    np.testing.assert_allclose(places[:, 2], heights)
    assert (places[:, :2] >= SURROUNDINGS.low[:2]).all()
    assert (places[:, :2] <= SURROUNDINGS.high[:2]).all()
    center = np.add(OBJECT_BOX.low, OBJECT_BOX.high)[:2] / 2
    half = np.subtract(OBJECT_BOX.high, OBJECT_BOX.low)[:2] / 4
    middle = (np.abs(places[:, :2] - center) < half).all(axis=1)
    assert middle.mean() < 0.001
    assert {thing.shape for thing in things} == {"box", "sphere", "cylinder"}
    assert all(0.01 <= part <= 0.022 for thing in things for part in thing.size)


@pytest.mark.parametrize(
    ("name", "attribute", "strength", "length"),
    [("camera_moved", "moved", 0.03, 0.03), ("camera_turned", "turned", 5.0, np.radians(5.0))],
)
def test_each_camera_is_changed_by_the_strength(name, attribute, strength, length):
    found = looks(**{name: strength})
    for camera in ("workspace", "wrist"):
        by = np.array([getattr(each.cameras[camera], attribute) for each in found])
        np.testing.assert_allclose(np.linalg.norm(by, axis=1), length)
        assert np.linalg.norm(by.mean(axis=0)) < 0.15 * length
    first = found[0].cameras
    assert getattr(first["workspace"], attribute) != getattr(first["wrist"], attribute)


def test_disturbances_add_up():
    together = {each.name: each.example for each in KINDS}
    (look,) = looks([3], **together)
    for name, strength in together.items():
        (alone,) = looks([3], **{name: strength})
        for field in ("light_turned", "light", "ambient", "things"):
            if getattr(alone, field) != getattr(Appearance(), field):
                assert getattr(look, field) == getattr(alone, field)
        assert alone.colors.items() <= look.colors.items()
        for camera, change in alone.cameras.items():
            own = look.cameras[camera]
            assert (own.moved if any(change.moved) else own.turned) in (change.moved, change.turned)


def test_a_task_without_the_thing_says_so():
    kind = DISTURBANCES["object_colour"]
    assert kind.lacking(TASKS["reach"]) == "task 'reach' has no object to colour"
    assert kind.lacking(TASKS["push"]) is None
