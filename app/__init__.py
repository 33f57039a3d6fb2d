"""The window of ACT-JEPA Studio; it shows and steers what ``core`` computes."""

from app.singletons import make_immortal

make_immortal()
