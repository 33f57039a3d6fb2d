"""The science and the simulation of ACT-JEPA Studio, without a window.

Usable as a library and as ``python -m core``; it never imports Qt.
"""
