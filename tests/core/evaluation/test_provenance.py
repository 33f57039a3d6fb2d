import json

from core.evaluation import provenance
from core.evaluation.provenance import folder_hash
from core.learning import load_checkpoint, save_checkpoint


def test_everything_needed_to_obtain_a_result_again(trainer, tmp_path):
    folder = save_checkpoint(tmp_path / "checkpoint", trainer)
    values = provenance(
        load_checkpoint(folder),
        folder,
        first_seed=1_000_000,
        episodes=50,
        horizon=200,
        command=["python", "-m", "core", "evaluate", "a b"],
    )
    text = json.dumps(values, allow_nan=False)
    assert json.dumps(json.loads(text), allow_nan=False) == text
    assert values["command"] == "python -m core evaluate 'a b'"
    assert values["seeds"] == {"first": 1_000_000, "count": 50}
    assert values["versions"]["mujoco"].startswith("4")
    assert values["machine"]["cores"] >= 1
    assert values["checkpoint"]["task"] == "reach"
    assert values["checkpoint"]["configuration"]["encoder"]["latent"] == 32
    assert values["checkpoint"]["sha256"] == folder_hash(folder)
    assert values["checkpoint"]["training"]["step"] == 60


def test_the_hash_sees_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = folder_hash(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = folder_hash(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({first, second, folder_hash(tmp_path)}) == 3
