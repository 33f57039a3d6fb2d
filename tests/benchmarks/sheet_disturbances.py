"""A picture of what each disturbance does to the images of policies.

Run by hand: `python tests/benchmarks/sheet_disturbances.py [FILE] [--seeds 3]`; the picture in
`docs/images/disturbances.png` is made so. A row is a disturbance at its example strength; columns
are starts, seen by each camera. The first row is undisturbed. Of images that are late, frozen or
lost the row shows what a policy holds after a second of motion.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from core.rollout import Sensors
from core.simulation import (
    DISTURBANCES,
    POLICY_CAMERAS,
    TASKS,
    Condition,
    PolicyCameras,
    World,
    image_field,
)
from core.simulation.disturbances.disturbance import SeenDisturbance

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "disturbances.png"
TASK = "pick_place"
FIRST_SEED = 3
STEPS = 20
SIZE, SCALE, GAP = 64, 2, 6
LABEL = 190
"""Width of the names [px]."""


def rows() -> list[tuple[str, Condition]]:
    """Labels and conditions."""
    seen = [each for each in DISTURBANCES.values() if isinstance(each, SeenDisturbance)]
    each = [(f"{d.title}\n{d.example:g} {d.unit}", Condition(**{d.name: d.example})) for d in seen]
    return [("Undisturbed", Condition()), *each]


def held(condition: Condition, seeds: range) -> dict[str, np.ndarray]:
    """The images {field: (n, size, size, 3)} that a policy holds after a second of motion."""
    world = World(TASK, len(seeds))
    world.reset(seeds)
    command = np.zeros((len(seeds), 7), dtype=np.float32)
    command[:, 1] = 0.4
    with PolicyCameras(TASK, [image_field(name, SIZE) for name in POLICY_CAMERAS]) as cameras:
        sensors = Sensors(world, condition, {}, seeds, cameras)
        for step in range(STEPS):
            frame, _ = sensors.sense(sensors.look(step), step)
            world.step(command)
    return {name: frame[name] for name in (f"{camera}_image" for camera in POLICY_CAMERAS)}


def main() -> int:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=PICTURE)
    parser.add_argument("--seeds", type=int, default=3, help="starts that are shown")
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    side = SIZE * SCALE
    lines = [line for line in rows() if _possible(line[1])]
    width = LABEL + len(POLICY_CAMERAS) * len(seeds) * (side + GAP)
    sheet = Image.new("RGB", (width, len(lines) * (side + GAP)), "white")
    pen = ImageDraw.Draw(sheet)
    for row, (label, condition) in enumerate(lines):
        top = row * (side + GAP)
        pen.multiline_text((8, top + side // 2 - 14), label, fill="black", font_size=14)
        for place, images in enumerate(held(condition, seeds).values()):
            for column, image in enumerate(images):
                large = Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST)
                left = LABEL + (place * len(seeds) + column) * (side + GAP)
                sheet.paste(large, (left, top))
    sheet.save(options.file, optimize=True)
    return 0


def _possible(condition: Condition) -> bool:
    return all(DISTURBANCES[name].lacking(TASKS[TASK]) is None for name, _ in condition.strengths)


if __name__ == "__main__":
    raise SystemExit(main())
