"""Whether a recording can give an image field, and from where."""

from core.data import EpisodeInfo
from core.images.errors import ImagesError
from core.spec import Field
from core.versions import RENDERING


def why_not_drawn(info: EpisodeInfo) -> str | None:
    """Why an episode's states cannot be drawn; None if they can. Needs the simulator."""
    from core.simulation import TASKS, model_hash

    if info.task not in TASKS:
        return f"{info.identifier} is of {info.task!r}, which no bundled scene shows"
    if info.model_hash != model_hash(info.task):
        return f"{info.identifier} was recorded with another version of the scene"
    return None


def carries(info: EpisodeInfo, field: Field) -> bool:
    """Whether the recording itself holds just these images, as this program draws them now."""
    return field.name in info.images and field in info.declared


def check_image(info: EpisodeInfo, field: Field) -> None:
    """Raise :class:`ImagesError` unless the recording can give the images `field`.

    Images of a rendering version are drawn from states. Those of none (version 0) are what the
    recording carries, of any size.
    """
    if field.rendering not in (0, RENDERING):
        raise ImagesError(
            f"images {field.name!r} were drawn with version {field.rendering} of the settings; "
            f"this program draws version {RENDERING}. Train again with images of this version"
        )
    if carries(info, field):
        return
    if field.rendering == 0:
        if field.name not in info.images:
            raise ImagesError(_lacking(info, field))
        return
    if not info.simulated:
        raise ImagesError(_lacking(info, field))
    reason = why_not_drawn(info)
    if reason is not None:
        raise ImagesError(f"{reason}: {field.name!r} cannot be drawn; leave it out")


def _lacking(info: EpisodeInfo, field: Field) -> str:
    carried = ", ".join(info.images) or "none"
    return (
        f"{info.identifier} has no images {field.name!r}, and no simulator can draw them; it "
        f"carries: {carried}. Choose other recordings or other cameras"
    )
