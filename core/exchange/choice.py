"""Which episodes are exported, and whether one format can hold them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data import EpisodeInfo, find_episodes, read_info
from core.exchange.errors import NotExportableError


@dataclass(frozen=True)
class Chosen:
    """Episodes of one task that are recorded alike."""

    paths: tuple[Path, ...]
    """The recordings, in the order of their names."""
    infos: tuple[EpisodeInfo, ...]
    """Their descriptions."""

    @property
    def control_rate(self) -> float:
        """Control steps per second of all of them [Hz]."""
        return self.infos[0].control_rate


def choose_episodes(
    folders: Path | str | Sequence[Path | str],
    task: str | None = None,
    *,
    only_successes: bool = False,
) -> Chosen:
    """The episodes of one task, after looking whether they are recorded alike.

    Raises :class:`core.data.RecordingError` if there are none or several tasks, and
    :class:`NotExportableError` for episodes with other fields, images or control rates.
    """
    paths = find_episodes(folders, task, include_failures=not only_successes)
    infos = [read_info(path) for path in paths]
    first = infos[0]
    for info in infos:
        for what, mine, theirs in (
            ("observation fields", info.fields, first.fields),
            ("images", info.images, first.images),
            ("control rate", info.control_rate, first.control_rate),
            ("units of actions", info.action_units, first.action_units),
        ):
            if mine != theirs:
                raise NotExportableError(
                    f"{info.identifier} has other {what} than {first.identifier}; "
                    "export episodes recorded alike"
                )
    return Chosen(tuple(paths), tuple(infos))
