"""Images of recordings for learning: drawn, copied or resized once, and kept beside the recordings.

Importing it needs no simulator; drawing does.
"""

from core.images.cache import made_images
from core.images.errors import ImagesError
from core.images.recordings import images_for
from core.images.wanted import check_image, why_not_drawn

__all__ = ["ImagesError", "check_image", "images_for", "made_images", "why_not_drawn"]
