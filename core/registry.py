"""Registries: everything that there can be more of, by name, open to other packages.

A registry holds what this program brings and what installed packages add through an entry point of
its group:

    [project.entry-points."act_jepa_studio.objectives"]
    smoothness = "my_package.smoothness:Smoothness"

Entry points are loaded when a registry is first asked, so that importing a package never waits
for another one. An extension that fails to load is left out and named in `extension_problems`.
"""

import contextlib
import importlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from core.errors import UnknownNameError

T = TypeVar("T")

PREFIX = "act_jepa_studio."
"""How the names of all groups of entry points begin."""


@dataclass(frozen=True)
class ExtensionProblem:
    """An extension that could not be loaded."""

    group: str
    """Group of its entry point, such as ``act_jepa_studio.tasks``."""
    name: str
    """Name of its entry point."""
    package: str
    """Distribution that brings it."""
    reason: str
    """Why it was left out."""

    def __str__(self) -> str:
        kind = self.group.removeprefix(PREFIX)
        return (
            f"the extension '{self.name}' ({kind}) of the package {self.package} was left out: "
            f"{self.reason}; update or uninstall that package"
        )


class Registry(Mapping[str, T], Generic[T]):
    """Named entries of one kind: built in, in the order given, then those of other packages.

    Looking up a name that is not there raises `error`, which takes the arguments of
    `UnknownNameError`. May be read from any thread.
    """

    def __init__(
        self,
        kind: str,
        entries: Mapping[str, T],
        group: str | None = None,
        *,
        expected: type | None = None,
        error: type[UnknownNameError] = UnknownNameError,
        check: Callable[[T, Mapping[str, T]], None] | None = None,
    ) -> None:
        """`kind`: what an entry is called in messages. `group`: ending of the group of entry
        points, such as ``tasks``; None for a registry that is closed. `expected`: the type of an
        entry, or for entries that are classes the class that they derive from. `check`: raises for
        an entry of another package that does not go with those there are."""
        self.kind = kind
        self._entries = dict(entries)
        self._group = None if group is None else PREFIX + group
        self._expected, self._error, self._check = expected, error, check
        self._lock = threading.RLock()
        self._complete = group is None

    def __getitem__(self, name: str) -> T:
        entries = self._all()
        try:
            return entries[name]
        except (KeyError, TypeError):
            raise self._error(self.kind, name, tuple(entries)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, those of this program first."""
        return tuple(self._all())

    def _all(self) -> dict[str, T]:
        if not self._complete:
            with self._lock:
                if not self._complete:
                    self._load()
        return self._entries

    def _load(self) -> None:
        """Add the entry points of the group; what fails is noted and left out."""
        self._complete = True  # first: an extension may look into the registry that it extends
        assert self._group is not None
        for point in sorted(entry_points(group=self._group), key=lambda p: p.name):
            try:
                self._add(point)
            except Exception as error:  # noqa: BLE001  # whatever it is, the others go on
                reason = f"{type(error).__name__}: {error}"
                package = point.dist.name if point.dist is not None else "an unknown package"
                _problems.append(ExtensionProblem(self._group, point.name, package, reason))

    def _add(self, point: EntryPoint) -> None:
        if point.name in self._entries:
            raise ValueError(f"the {self.kind} '{point.name}' exists already")
        entry = point.load()
        if self._expected is not None:
            fits = (
                issubclass(entry, self._expected)
                if isinstance(entry, type)
                else isinstance(entry, self._expected)
            )
            if not fits:
                raise TypeError(f"it is {entry!r}; expected {self._expected.__name__}")
        if getattr(entry, "name", point.name) != point.name:
            raise ValueError(f"it calls itself '{entry.name}'; give both the same name")
        if self._check is not None:
            self._check(entry, self._entries)
        self._entries[point.name] = entry


HOMES = {
    "sensors": "core.simulation.sensors",
    "tasks": "core.simulation.tasks",
    "disturbances": "core.simulation.disturbances",
    "encoders": "core.learning.encoders",
    "objectives": "core.learning.objectives",
    "modes": "core.policies",
    "methods": "core.benchmark.methods",
}
"""{ending of a group of entry points: module that holds its registry}."""

_problems: list[ExtensionProblem] = []


def extension_problems() -> tuple[ExtensionProblem, ...]:
    """Extensions that could not be loaded so far, in the order in which they were met."""
    return tuple(_problems)


def load_extensions() -> None:
    """Load all extensions that are installed, so that `extension_problems` names all that fail.

    Imports the modules of the registries that are extended, and no others. A light installation
    may leave out what such a module needs; then it uses none of these extensions.
    """
    for group, module in HOMES.items():
        if entry_points(group=PREFIX + group):
            with contextlib.suppress(ImportError):
                for held in list(vars(importlib.import_module(module)).values()):
                    if isinstance(held, Registry):
                        held._all()
