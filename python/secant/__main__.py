"""``python -m secant`` is the ``secant`` command."""

import sys

from secant.cli import main

if __name__ == "__main__":
    sys.exit(main())
