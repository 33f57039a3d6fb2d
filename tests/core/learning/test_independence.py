"""Learning and policies load and work without a simulator and without a window."""

import subprocess
import sys

SCRIPT = """
import sys
import core.learning, core.policies
unwanted = ("mujoco", "PySide6", "pyqtgraph", "pygame", "h5py", "core.simulation", "core.data")
print([name for name in unwanted if name in sys.modules])
"""


def test_no_simulator_and_no_window_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=100
    )
    assert done.stdout.strip() == "[]"
