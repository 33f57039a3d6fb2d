"""The tasks, one file each. A new one is entered here, or by another package as an entry point of
the group ``act_jepa_studio.tasks``."""

from core.registry import Registry
from core.simulation.task import Task
from core.simulation.tasks import lift, pick_place, push, reach

TASKS: Registry[Task] = Registry(
    "task",
    {task.name: task for task in (reach.TASK, lift.TASK, push.TASK, pick_place.TASK)},
    "tasks",
    expected=Task,
)
"""All tasks by name, easiest first, then those of other packages."""
