"""Write the golden numbers again, after a version was raised.

    python tests/golden/regenerate.py [NAME …] [--checkpoint]

A file whose numbers are still right is left alone, or gets the new version. A file whose numbers
changed is written only if a version that they depend on was raised: see `core/versions.py`. A
golden without a file gets one. `--checkpoint` trains the small checkpoint anew, and writes all
goldens that use it.
"""

import argparse
import shutil
import sys
from dataclasses import replace

import torch
from golden import CHECKPOINT, GOLDENS, Golden, sample_episodes

from core.learning import Configuration, Dataset, Trainer, save_checkpoint


def main() -> int:
    """Write what may be written; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="goldens to write; all unless given")
    parser.add_argument("--checkpoint", action="store_true", help="train the checkpoint anew")
    options = parser.parse_args()
    known = {golden.name: golden for golden in GOLDENS}
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"unknown golden {unknown[0]!r}; goldens: {', '.join(known)}")
    torch.set_num_threads(1)
    if options.checkpoint:
        make_checkpoint()
    refused = 0
    for name in options.names or known:
        depends = name.startswith(("mode-", "evaluation"))
        verdict = renew(known[name], anew=options.checkpoint and depends)
        refused += verdict.startswith("refused")
        sys.stdout.write(f"{name}: {verdict}\n")
    return 1 if refused else 0


def renew(golden: Golden, *, anew: bool = False) -> str:
    """Write the file of `golden` if that is allowed; returns what was done, in a sentence."""
    numbers, stored = golden.compute(), golden.stored()
    if stored is None or anew:
        golden.write(numbers)
        return "written"
    differences = golden.differences(numbers)
    if not differences and stored[0] == golden.versions:
        return "unchanged"
    if differences and not golden.raised():
        return (
            f"refused, since {differences[0]} and no version was raised; raise "
            f"{' or '.join(golden.versions)} if results are meant to change"
        )
    if not differences:
        numbers = stored[1]
    golden.write(numbers)
    return "written" if differences else "version written, the numbers are the same"


def make_checkpoint() -> None:
    """Train the small checkpoint that modes and evaluation are tested with."""
    settings = Configuration()
    settings = replace(
        settings,
        encoder=replace(settings.encoder, latent=16, hidden=(32,)),
        predictor=replace(settings.predictor, hidden=(32,)),
        belief=replace(settings.belief, size=16),
        observer=replace(settings.observer, size=16),
        head=replace(settings.head, hidden=(32,)),
        training=replace(settings.training, steps=600, batch=16, window=32),
    )
    trainer = Trainer(Dataset.from_episodes(sample_episodes("reach", 8)), settings, "cpu")
    while not trainer.finished:
        trainer.update()
    shutil.rmtree(CHECKPOINT, ignore_errors=True)
    save_checkpoint(CHECKPOINT, trainer)
    (CHECKPOINT / "training.safetensors").unlink()  # the larger part, and never resumed


if __name__ == "__main__":
    sys.exit(main())
