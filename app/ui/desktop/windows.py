"""What Windows knows the program by, and the person's own part of its registry."""

from __future__ import annotations

import sys

from app.placement import APP_ID

if sys.platform == "win32":
    import ctypes
    import winreg

    def identify() -> None:
        """Tell the task bar and installers who runs."""
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)
        # Installers look for it; it goes with the process.
        ctypes.windll.kernel32.CreateMutexW(None, False, APP_ID)

    class OwnRegistry:
        """HKEY_CURRENT_USER."""

        def read(self, key: str, name: str) -> str | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    found, kind = winreg.QueryValueEx(opened, name)
            except FileNotFoundError:
                return None
            return str(found) if kind == winreg.REG_SZ else None

        def write(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def delete(self, key: str, name: str) -> None:
            try:
                access = winreg.KEY_SET_VALUE
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return

else:

    def identify() -> None:
        """The window's own properties say who this is."""
