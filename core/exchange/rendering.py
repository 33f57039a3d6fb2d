"""Camera images put into recordings, drawn from their simulator states as policies see them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.closing import Closing
from core.data import Episode, commit, list_episodes, locked, read_episode
from core.data.layout import encode
from core.data.library.history import trash_of
from core.data.writer import stamp_of
from core.images import why_not_drawn
from core.images.making import Drawer
from core.images.processes import Processes, usual_count
from core.images.wanted import carries
from core.spec import Field, image_field

WORKER = "core.exchange.rendering:Renderer"
ATTEMPTS = 3
"""How often a recording that changes meanwhile is drawn again."""


@dataclass(frozen=True)
class Rendered:
    """What became of one recording."""

    path: Path
    """The recording."""
    pictures: int
    """Pictures drawn; 0 if all that was asked for was there already."""
    problem: str | None = None
    """Why nothing could be drawn; None if it could."""


def render_images(
    folder: Path | str, cameras: Sequence[str], size: int, *, processes: int | None = None
) -> Iterator[Rendered]:
    """Add images of `size` x `size` pixels to every recording below `folder`.

    Each file is written again and exchanged in one step. A file that has these images already is
    left alone, so that an interrupted run can be repeated. What cannot be drawn comes back with
    its reason. `processes`: by default one less than there are cores; one is this process.
    """
    fields = tuple(image_field(camera, size) for camera in cameras)
    paths = []
    for entry in list_episodes(folder):
        reason = entry.problem if entry.info is None else why_not_drawn(entry.info)
        if reason is not None:
            yield Rendered(entry.path, 0, reason)
        else:
            paths.append(entry.path)
    count = min(processes or usual_count(), len(paths))
    if count <= 1:
        with Renderer() as renderer:
            for path in paths:
                yield renderer.render(path, fields)
        return
    requests = [
        {"path": str(path), "fields": [field.to_dict() for field in fields]} for path in paths
    ]
    for answer in Processes(WORKER, count).run(requests):
        path = paths[answer.index]
        if answer.failure is not None:
            yield Rendered(path, 0, f"{path}: {answer.failure}")
        else:
            yield Rendered(path, answer.values["pictures"], answer.values["problem"])


class Renderer(Closing):
    """Puts images into one recording after the other. Owns the cameras that draw them.

    Raises the errors of reading and of drawing, and :class:`core.data.StorageError` where the
    disk refuses.
    """

    def __init__(self) -> None:
        self._drawer = Drawer()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The same as :meth:`render`, as values that JSON can hold."""
        fields = tuple(Field.from_dict(each) for each in request["fields"])
        rendered = self.render(Path(request["path"]), fields)
        return {"pictures": rendered.pictures, "problem": rendered.problem}

    def render(self, path: Path, fields: Sequence[Field]) -> Rendered:
        """Draw what is missing in one recording.

        It may be edited meanwhile. Pictures go only into the file that they were drawn from; for a
        changed file they are drawn again.
        """
        trash = trash_of(path.parent)
        for _ in range(ATTEMPTS):
            before = stamp_of(path)
            episode, pictures = self._with_pictures(path, fields)
            if not pictures:
                return Rendered(path, 0)
            data = encode(episode)
            with locked(trash) if trash.is_dir() else contextlib.nullcontext():
                if stamp_of(path) == before:
                    commit(path, data)
                    return Rendered(path, pictures)
            if not path.exists():
                return Rendered(path, 0, f"{path} was deleted while its images were drawn")
        return Rendered(path, 0, f"{path} kept changing while its images were drawn; try again")

    def _with_pictures(self, path: Path, fields: Sequence[Field]) -> tuple[Episode, int]:
        """A recording with all the images that are wanted, and how many had to be drawn."""
        episode = read_episode(path)
        missing = [field for field in fields if not carries(episode.info, field)]
        if not missing:
            return episode, 0
        drawn = self._drawer.draw(episode.info.task, episode.states, missing)
        images = {**episode.images, **drawn}
        kept = tuple(each for each in episode.info.declared if each.name not in drawn)
        info = replace(episode.info, images=tuple(images), declared=(*kept, *missing))
        count = len(missing) * len(episode)
        return replace(episode, info=info, images=images), count

    def close(self) -> None:
        """Give the graphics back."""
        self._drawer.close()
