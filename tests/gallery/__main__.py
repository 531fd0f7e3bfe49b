"""Shows one widget, or writes its picture."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.gallery")
    parser.add_argument("entry", nargs="?", help="which widget; without one their names are listed")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--scale", default="1", help="device pixels for a logical one")
    parser.add_argument("--out", type=Path, help="write a PNG and end")
    parser.add_argument("--size", help="WIDTHxHEIGHT in logical pixels")
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = options.scale
    if options.out:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.gallery.run import run  # noqa: PLC0415 - Qt reads the environment when it starts

    return run(options.entry, options.dark, options.out, options.size)


if __name__ == "__main__":
    sys.exit(main())
