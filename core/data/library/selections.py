"""Which episodes to train on and which to validate on, kept by name."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from core.data.errors import (
    DamagedRecordingError,
    InvalidEpisodeError,
    UnknownSelectionError,
    unreadable,
)
from core.data.writer import commit, make_folder, refused
from core.files import read_table

FOLDER = "selections"
FORMAT = "act-jepa-studio selection"
VERSION = 1
LONGEST_NAME = 60
"""Most letters of a name."""
LARGEST = 32 << 20
"""A larger file is no selection [bytes]."""
_ENDING = ".json"


@dataclass(frozen=True)
class Selection:
    """Episodes chosen for a training."""

    name: str
    """What the person called it."""
    identifiers: tuple[str, ...]
    """Episodes to train on, in this order."""
    validation: tuple[str, ...] = ()
    """Episodes to validate on; none of them is trained on."""


class Selections:
    """The selections of a workspace, one JSON file each. Owns the folder `selections`."""

    def __init__(self, workspace: str | os.PathLike[str]) -> None:
        self.folder = Path(workspace).absolute() / FOLDER

    def save(
        self, name: str, identifiers: Iterable[str], validation: Iterable[str] = ()
    ) -> Selection:
        """Keep a selection, in place of one of the same name; it is there as a whole or not at all.

        Raises :class:`InvalidEpisodeError` for a name that is empty or too long, for no episodes,
        and for episodes that are in both parts; :class:`StorageError` when the disk refuses.
        """
        chosen = Selection(
            name.strip(), tuple(dict.fromkeys(identifiers)), tuple(dict.fromkeys(validation))
        )
        path = self._path(chosen.name)
        if not chosen.identifiers:
            raise InvalidEpisodeError(
                f"the selection {chosen.name!r} holds no episodes; choose at least one to train on"
            )
        both = set(chosen.identifiers) & set(chosen.validation)
        if both:
            raise InvalidEpisodeError(
                f"{min(both)!r} and {len(both) - 1} others are chosen for training and for "
                "validation; choose each episode for one of them"
                if len(both) > 1
                else f"{min(both)!r} is chosen for training and for validation; choose one of them"
            )
        make_folder(self.folder)
        values = {
            "format": FORMAT,
            "version": VERSION,
            "name": chosen.name,
            "identifiers": chosen.identifiers,
            "validation": chosen.validation,
        }
        commit(path, json.dumps(values, indent=1).encode())
        return chosen

    def load(self, name: str) -> Selection:
        """The selection; episodes that were deleted since are still named.

        Raises :class:`UnknownSelectionError`, or :class:`DamagedRecordingError` when its file makes
        no sense.
        """
        path = self._path(name.strip())
        try:
            values = read_table(path, LARGEST)
            if values["format"] != FORMAT or values["version"] != VERSION:
                raise ValueError("another format")
            return Selection(
                name.strip(), _names(values["identifiers"]), _names(values["validation"])
            )
        except FileNotFoundError as error:
            raise self._unknown(name) from error
        except OSError as error:
            raise unreadable(error, path) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedRecordingError(
                f"{path} is damaged ({error}); delete the selection and save it again", path
            ) from error

    def names(self) -> list[str]:
        """Names of all selections, sorted."""
        files = [path.name for path in self.folder.glob(f"*{_ENDING}") if path.name[0] != "."]
        names = [unquote(name.removesuffix(_ENDING)) for name in files]
        return sorted(names, key=lambda name: (name.casefold(), name))

    def delete(self, name: str) -> None:
        """Forget a selection; the episodes stay. Raises :class:`UnknownSelectionError`."""
        path = self._path(name.strip())
        try:
            path.unlink()
        except FileNotFoundError as error:
            raise self._unknown(name) from error
        except OSError as error:
            raise refused(error, path, "delete") from error

    def _unknown(self, name: str) -> UnknownSelectionError:
        listed = ", ".join(self.names()) or "none yet"
        return UnknownSelectionError(f"no selection {name!r}; selections: {listed}", self.folder)

    def _path(self, name: str) -> Path:
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise InvalidEpisodeError(
                f"{name!r} cannot name a selection; use 1 to {LONGEST_NAME} letters"
            )
        plain = quote(name, safe=" ")
        if plain.startswith("."):  # such files are hidden, and two of them are folders
            plain = "%2E" + plain[1:]
        if len(plain) > 200:
            raise InvalidEpisodeError(f"{name!r} is too long a name for a file; use a shorter one")
        return self.folder / f"{plain}{_ENDING}"


def _names(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("expected a list of names")
    return tuple(values)
