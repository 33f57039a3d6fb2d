"""Damages bytes and JSON at random, the same way for the same seed."""

import random

NUMBERS = (0, 1, -1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, 10**40, 1e308, -0.0, float("inf"))


def mutate(image: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, cut off, doubled, moved or zeroed."""
    changed = bytearray(image)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        if not changed:
            break
        kind, at = dice.randrange(8), dice.randrange(len(changed))
        size = min(dice.choice((1, 2, 4, 8, 64, 512)), len(changed) - at)
        if kind <= 2:
            changed[at] = dice.randrange(256)
        elif kind == 3:
            changed[at] ^= 1 << dice.randrange(8)
        elif kind == 4:
            changed[at : at + size] = bytes([dice.choice((0, 255))]) * size
        elif kind == 5:
            changed[at : at + 8] = int(dice.choice((2**63, 2**64 - 1, 2**40, 1))).to_bytes(
                8, "little"
            )
        elif kind == 6:
            source = dice.randrange(len(changed))
            changed[at : at + size] = changed[source : source + size]
        elif dice.random() < 0.5:
            del changed[at:]
        else:
            del changed[at : at + size]
    return bytes(changed)


def scramble(values: object, dice: random.Random) -> object:
    """The same JSON with one entry, somewhere, of another value, another kind, or gone."""
    if isinstance(values, dict) and values and dice.random() < 0.85:
        key = dice.choice(list(values))
        if dice.random() < 0.15:
            return {name: value for name, value in values.items() if name != key}
        return values | {key: scramble(values[key], dice)}
    if isinstance(values, list) and values and dice.random() < 0.85:
        place = dice.randrange(len(values))
        return [*values[:place], scramble(values[place], dice), *values[place + 1 :]]
    other: list[object] = [*NUMBERS, None, True, "", "..", "/etc/passwd", [], {}, [values] * 2]
    other += ["x" * 100_000, [[]] * 1000, {"..": values}]
    return dice.choice(other)
