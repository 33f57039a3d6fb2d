"""The tasks, one file each. A new one is entered here, and how the scripted operator goes about it
in `operator/demonstrator.py`."""

from core.simulation.errors import UnknownTaskError
from core.simulation.task import Task
from core.simulation.tasks import lift, pick_place, push, reach

_TASKS: dict[str, Task] = {
    task.name: task for task in (reach.TASK, lift.TASK, push.TASK, pick_place.TASK)
}


def task_names() -> tuple[str, ...]:
    """Names of all tasks, easiest first."""
    return tuple(_TASKS)


def get_task(name: str) -> Task:
    """The task called `name`; raises :class:`UnknownTaskError`, which lists the names."""
    try:
        return _TASKS[name]
    except KeyError:
        raise UnknownTaskError(name, task_names()) from None
