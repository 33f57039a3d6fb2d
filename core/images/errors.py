"""What can go wrong with the images of recordings."""

from core.errors import StudioError


class ImagesError(StudioError, ValueError):
    """Images that a training needs and that cannot be had from a recording."""
