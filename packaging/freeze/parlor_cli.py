"""The frozen program `parlor-cli`."""

from __future__ import annotations

import sys

from freeze.entry import start

if __name__ == "__main__":
    sys.exit(start("app.cli.__main__"))
