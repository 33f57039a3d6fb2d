"""From hands to commands: gamepads, keyboard, and how both are mapped.

SDL reads its hints once, so they are set here, before any module of this package imports pygame.
"""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
# SDL gets no window of its own: Qt has the window, SDL only the pads.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
# Without a focused SDL window SDL would drop the pads' events; the window's focus is judged by Qt.
os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
if os.name == "nt":
    os.environ.setdefault("SDL_JOYSTICK_THREAD", "1")
