"""Numbers, times and names as people read them."""

import math
from datetime import datetime

from core.simulation import TASKS


def format_value(value: float) -> str:
    """A measured value with three significant figures, as short as that can be said."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if value != 0 and not 1e-3 <= size < 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    digits = max(0, 2 - math.floor(math.log10(size))) if size > 0 else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def format_seconds(seconds: float | None) -> str:
    """A time as people say it: `45 s`, `1:05 min`, `2:03 h`; a dash if it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"


def sentence(text: str) -> str:
    """A message that begins small and ends without a full stop, as a sentence of its own."""
    return f"{text[0].upper()}{text[1:].removesuffix('.')}." if text else ""


def short_date(moment: str) -> str:
    """An ISO 8601 time in the person's own time zone, to the minute; empty if it is none."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone():%d %b %H:%M}"
    except ValueError:
        return ""


def joined(*facts: str, by: str = " · ") -> str:
    """The facts that there are, in one line."""
    return by.join(fact for fact in facts if fact)


def task_title(task: str) -> str:
    """A task's name for people; of a task of another program, its identifier."""
    return TASKS[task].title if task in TASKS else task
