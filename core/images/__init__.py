"""Images of recordings for learning: drawn, copied or resized once, and kept beside the recordings.

Importing it needs no simulator; drawing does.
"""

from core.images.errors import ImagesError
from core.images.recordings import images_for
from core.images.wanted import why_not_drawn

__all__ = ["ImagesError", "images_for", "why_not_drawn"]
