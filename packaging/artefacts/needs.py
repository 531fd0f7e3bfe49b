"""What a frozen folder needs of the system, and which packages of Debian and Ubuntu hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from artefacts import elf

# Parts of the C library, under the names that programs ask for.
C_LIBRARY = frozenset(
    {
        "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libdl.so.2", "libm.so.6",
        "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libutil.so.1",
    }
)  # fmt: skip
# Which release of GCC brought a version of the C++ library's symbols.
CXX_RELEASES = {"3.4.29": "11", "3.4.30": "12", "3.4.31": "13.1", "3.4.32": "13.2", "3.4.33": "14"}
# Where two names stand, the second one is from before time_t had 64 bits.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXi.so.6": "libxi6",
    "libXrandr.so.2": "libxrandr2",
    "libXrender.so.1": "libxrender1",
    "libasound.so.2": "libasound2t64 | libasound2",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libbz2.so.1.0": "libbz2-1.0",
    "libcrypt.so.1": "libcrypt1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libffi.so.8": "libffi8",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "liblzma.so.5": "liblzma5",
    "libpulse.so.0": "libpulse0",
    "libpulse-mainloop-glib.so.0": "libpulse-mainloop-glib0",
    "libuuid.so.1": "libuuid1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}


class UnknownLibraryError(Exception):
    """Libraries that nothing in the folder brings and no package is known for."""


@dataclass(frozen=True)
class Needs:
    """Libraries that a folder does not bring itself, and the oldest C and C++ ones that do."""

    libraries: frozenset[str]
    glibc: str
    glibcxx: str | None

    def debian(self) -> tuple[str, ...]:
        """Return dependencies for a .deb. Raises UnknownLibraryError."""
        others = self.libraries - C_LIBRARY - {"libstdc++.so.6"}
        unknown = others - PACKAGES.keys()
        if unknown:
            raise UnknownLibraryError(", ".join(sorted(unknown)))
        found = {PACKAGES[name] for name in others} | {f"libc6 (>= {self.glibc})"}
        if "libstdc++.so.6" in self.libraries:
            release = CXX_RELEASES.get(self.glibcxx or "", "11")
            found.add(f"libstdc++6 (>= {release})")
        return tuple(sorted(found))

    def rpm(self) -> tuple[str, ...]:
        """Return dependencies for an .rpm, which names libraries themselves."""
        wanted = {f"{name}()(64bit)" for name in self.libraries - C_LIBRARY}
        return tuple(sorted(wanted | {f"libc.so.6(GLIBC_{self.glibc})(64bit)"}))


def of(folder: Path) -> Needs:
    """Return what the programs and libraries under `folder` need from outside it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = [read for path in files if (read := elf.read(path)) is not None]
    brought = {path.name for path in files} | {one.soname for one in found if one.soname}
    wanted = frozenset().union(*(one.needed for one in found)) - brought
    versions = frozenset().union(*(one.versions for one in found))
    return Needs(
        wanted,
        _newest(versions, C_LIBRARY, "GLIBC_") or "2.34",
        _newest(versions, {"libstdc++.so.6"}, "GLIBCXX_"),
    )


def _newest(
    versions: frozenset[tuple[str, str]], libraries: Iterable[str], prefix: str
) -> str | None:
    each = [elf.newest(versions, library, prefix) for library in libraries]
    return max(filter(None, each), key=lambda text: [*map(int, text.split("."))], default=None)
