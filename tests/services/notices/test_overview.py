from __future__ import annotations

from app.domain.notices import Component
from app.services.notices.overview import overview

PARLOR = Component("Parlor", "1.2", "MIT", "program")
FREE = Component("idna", "3", "BSD-3-Clause", "python", texts=("idna-LICENSE",))
QT = Component(
    "Qt", "6", "LGPL-3.0-only OR GPL-3.0-only", "library", "pyside6", home="https://qt.example",
    texts=("LGPL-3.0", "GPL-3.0"),
)  # fmt: skip
X264 = Component("x264", "165", "GPL-2.0-or-later", "library", "av", home="https://x.example")
LIST = Component("zeroconf", "0.1", "LGPL-2.1-or-later", "python", purl="pkg:pypi/zeroconf@0.1")


def test_a_page_says_what_there_is() -> None:
    page = overview([PARLOR, FREE])
    assert page.startswith("What Parlor 1.2 is made of\n==========================\n")
    assert "  idna 3: BSD-3-Clause [idna-LICENSE]\n" in page
    assert "General Public" not in page
    assert "source code" not in page


def test_a_page_says_what_a_strict_licence_means_and_where_source_is() -> None:
    page = overview([PARLOR, FREE, QT, X264, LIST])
    assert "licence of x264 is the GNU" in page
    assert "  Qt 6: https://qt.example\n" in page
    assert "  zeroconf 0.1: pkg:pypi/zeroconf@0.1\n" in page
    assert "  Qt 6 (in pyside6): LGPL-3.0-only OR GPL-3.0-only [LGPL-3.0, GPL-3.0]\n" in page
    assert page.count("idna 3") == 1
