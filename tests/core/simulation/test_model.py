from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest

from core.errors import UnknownNameError
from core.simulation import (
    TASKS,
    DemonstrationError,
    SimulationError,
    World,
    demonstrate,
    load_model,
    model,
    model_hash,
)
from core.simulation.model import ASSETS, ModelIndex


@pytest.mark.parametrize("task", TASKS.names)
def test_models_name_what_others_rely_on(task: str) -> None:
    loaded = load_model(task)
    names = [loaded.camera(number).name for number in range(loaded.ncam)]
    assert names == ["workspace", "wrist"]
    assert loaded.body("hand").id > 0
    assert loaded.site("end_effector").id >= 0
    assert loaded.sensor("wrist_force").dim == loaded.sensor("wrist_torque").dim == 3
    index = ModelIndex.of(loaded)
    assert index.tool_weight == pytest.approx(9.81 * 0.7)
    assert 0.02 < index.tool_center[2] < 0.06


def test_joint_limits_are_the_published_ones() -> None:
    ranges = load_model("reach").jnt_range[:7]
    np.testing.assert_allclose(ranges[3], (-3.0718, -0.0698))
    np.testing.assert_allclose(ranges[0], (-2.8973, 2.8973))


def test_shapes_only_no_mesh_and_nothing_from_elsewhere() -> None:
    for task in TASKS:
        loaded = load_model(task)
        assert loaded.nmesh == 0
        assert loaded.nhfield == 0
    for path in ASSETS.glob("*.xml"):
        assert "file=" not in path.read_text("utf-8").replace("<include file=", "")


def test_what_collides_can_be_hidden() -> None:
    loaded = load_model("pick_place")
    arm = range(loaded.body("base").id, loaded.body("right_finger").id + 1)
    for geom in range(loaded.ngeom):
        if loaded.geom_bodyid[geom] in arm:
            collides = loaded.geom_contype[geom] != 0
            assert loaded.geom_group[geom] == (3 if collides else 2)


def test_gravity_does_not_move_an_arm_at_rest() -> None:
    loaded = load_model("reach")
    data = mujoco.MjData(loaded)
    data.qpos[:7] = data.ctrl[:7] = (0.3, 0.4, -0.2, -2.0, 0.1, 2.2, 0.5)
    for _ in range(200):
        mujoco.mj_step(loaded, data)
    np.testing.assert_allclose(data.qpos[:7], (0.3, 0.4, -0.2, -2.0, 0.1, 2.2, 0.5), atol=1e-6)


def test_the_hash_covers_the_scene_and_what_it_includes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ASSETS.glob("*.xml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(model, "ASSETS", tmp_path)
    fresh = model_hash.__wrapped__
    before = {task: fresh(task) for task in TASKS}
    assert before == {task: model_hash(task) for task in TASKS}
    assert len(set(before.values())) == len(before)
    with (tmp_path / "object.xml").open("a") as file:
        file.write("<!-- changed -->\n")
    after = {task: fresh(task) for task in TASKS}
    assert [task for task in before if before[task] == after[task]] == ["reach"]


def test_unknown_task() -> None:
    with pytest.raises(UnknownNameError, match="unknown task 'stak'; tasks: reach, lift, push"):
        model_hash("stak")


def test_an_extension_brings_its_own_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its scene may include the bundled arm, and what lies beside it; its hash names no folder."""
    (tmp_path / "heavy.xml").write_text(
        '<mujoco><include file="studio.xml"/><include file="arm.xml"/>'
        '<include file="object.xml"/></mujoco>'
    )
    (tmp_path / "object.xml").write_bytes(
        (ASSETS / "object.xml").read_bytes().replace(b'name="object"', b'name="object" ', 1)
    )
    heavy = replace(TASKS["lift"], name="heavy", scene=str(tmp_path / "heavy.xml"), strategy=None)
    monkeypatch.setitem(TASKS._entries, "heavy", heavy)
    world = World("heavy", 1)
    world.step(np.zeros((1, 7)))
    assert world.observe().keys() == World("lift", 1).observe().keys()
    first = model_hash.__wrapped__("heavy")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("heavy.xml", "object.xml"):
        (tmp_path / name).rename(moved / name)
    monkeypatch.setitem(TASKS._entries, "heavy", replace(heavy, scene=str(moved / "heavy.xml")))
    assert model_hash.__wrapped__("heavy") == first
    (moved / "object.xml").unlink()  # then the bundled box is meant
    assert model_hash.__wrapped__("heavy") != first
    with pytest.raises(DemonstrationError, match="'heavy' has no scripted operator"):
        next(demonstrate("heavy", 1))


def test_a_scene_that_cannot_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.xml").write_text("<mujoco><nothing/></mujoco>")
    broken = replace(TASKS["lift"], name="broken", scene=str(tmp_path / "broken.xml"))
    monkeypatch.setitem(TASKS._entries, "broken", broken)
    with pytest.raises(SimulationError, match="the scene of task 'broken' cannot be loaded: "):
        load_model("broken")
