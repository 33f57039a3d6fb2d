"""The demos by what their policy senses."""

from app.demo.tour import VARIANTS, Tour
from core.learning.senses import image_senses
from core.simulation import DISTURBANCES, TASKS, Condition


def test_a_demo_is_disturbed_in_what_its_policy_senses():
    for senses, variant in VARIANTS.items():
        sees = image_senses((senses,))
        assert variant.disturbed != Condition()
        for condition in (variant.disturbed, *variant.compared):
            for name in condition.to_dict():
                assert DISTURBANCES[name].lacking(TASKS["pick_place"], sees) is None


def test_the_demo_of_cameras_disturbs_the_policy_that_drives(
    studio_window, camera_checkpoint, tmp_path, qtbot
):
    tour = Tour(studio_window, tmp_path, "cameras")
    studio_window.window.show_page("Deploy")
    qtbot.waitUntil(lambda: "Deploy" in studio_window.window.pages, timeout=60000)
    page = studio_window.window.pages["Deploy"]
    page.load(camera_checkpoint)
    qtbot.waitUntil(page.go.isEnabled, timeout=30000)
    for condition in (tour.variant.disturbed, Condition()):
        tour.disturb(page, condition)
        assert studio_window.arm.simulation.condition == condition
