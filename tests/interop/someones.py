"""Imports somebody's robomimic file, learns from it, and says how well held-out commands are met.

    python tests/interop/someones.py FILE [--without FIELD …] [--steps 1300]

Every fifth demonstration is held out. The error is that of the first action of a chunk, absolute,
mean over its entries and all held-out steps; beside it stand those of the mean command of the
demonstrations trained on, and of the command of the step before.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from core.data import read_episode
from core.data.vetted.hdf5_file import VettedFile
from core.exchange import import_episodes
from core.exchange.robomimic import RobomimicSource
from core.learning import Configuration, Dataset, Trainer, reports
from core.learning.memory import encode_demonstrations
from core.learning.monitoring.validation import held_out_demonstrations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--steps", type=int, default=1300)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        VettedFile(options.file.absolute(), recording=False) as file,
    ):
        source = RobomimicSource(file)
        done = list(import_episodes(source, folder, without=options.without))
        episodes = [read_episode(item.path, images=False) for item in done]
    for note in source.notes:
        sys.stdout.write(f"note: {note}\n")
    trained = [e for n, e in enumerate(episodes) if n % 5 != 4]
    dataset = Dataset.from_episodes(trained)
    settings = {"training": {"steps": options.steps}}
    trainer = Trainer(dataset, Configuration.from_dict(settings), "cpu")
    for _ in reports(trainer, report_every=5.0):
        pass
    held_out = held_out_demonstrations(dataset, episodes[4::5])
    model = trainer.model.eval()
    with torch.no_grad():
        beliefs = encode_demonstrations(model, held_out).beliefs
        proposed = model.action_chunk(beliefs)[:, 0].numpy()
    wanted = held_out.actions.numpy()
    mean = np.concatenate([e.actions for e in trained]).mean(axis=0)
    before = np.concatenate(
        [np.vstack((e.actions[:1] * 0, e.actions[:-1])) for e in episodes[4::5]]
    )
    sys.stdout.write(
        f"{len(trained)} demonstrations, {len(wanted)} held-out steps of {source.task}\n"
    )
    for name, guess in (("policy", proposed), ("mean command", mean), ("last command", before)):
        sys.stdout.write(f"{name:13} {np.abs(guess - wanted).mean():.4f}\n")


if __name__ == "__main__":
    main()
