"""Tries the packages for Windows under wine: python -m tests.soak.windows [FROZEN FOLDER].

Needs wine (64 and 32 bit), wixl, msitools, xvfb-run, `npm ci` in packaging/windows and, without a
frozen folder, mingw's compiler for one that resembles it. Run it as a plain person. Takes minutes.
"""
