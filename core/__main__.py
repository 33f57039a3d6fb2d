"""`python -m core`: everything the window does, without a window."""

import sys

from core.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
