"""The frozen program `parlor-server`."""

from __future__ import annotations

import sys

from signaling.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
