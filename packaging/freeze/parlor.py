"""The frozen program `parlor`."""

from __future__ import annotations

import sys

from freeze.entry import start

if __name__ == "__main__":
    sys.exit(start("app.__main__"))
