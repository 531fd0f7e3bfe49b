"""Files and folders of every shape between two programs: one way of sending for all of them."""

from __future__ import annotations

import hashlib
import os
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Stage, stage
from tests.e2e.sending import accept, digest, done, file_of, inbox, offer, shown
from tests.soak.lines import use_relay
from tests.support.coturn import running_turn

ODD_NAMES = (
    "empty",
    "caf\u00e9",
    "cafe\u0301",
    "\u0645\u0631\u062d\u0628\u0627 \u202egpj.exe",
    "\u2066hidden\u2069\u200b.txt",
    "x" * 251 + ".end",
    "\U0001f389" * 60,
    "Report.txt",
    "report.TXT",
    "REPORT.txt",
    "stra\u00dfe",
    "STRASSE",
    "con",
    "NUL.tar.gz",
    "com1.txt",
    "LPT\u00b9",
    "dots...",
    "dots",
    " space ",
    "-rf",
    "--help",
    "new\nline",
    "tab\tand\rreturn",
    "\x1b[31mred",
    'a<b>c:d"e|f?g*h\\i',
    "~",
    "$HOME",
    "%PATH%",
    ".hidden",
    "...",
    "\ufeffmark",
    "zero\u0640width\u034f",
    "name.part",
    "Thumbs.db",
)
FORBIDDEN = set('<>:"/\\|?*')
UNSHOWN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

Make = Callable[[Path], Path]


def one_file(size: int) -> Make:
    return lambda folder: file_of(folder, size)


def small_files(count: int, size: int = 1000) -> Make:
    """Return what makes a folder of so many files in a hundred folders."""

    def make(folder: Path) -> Path:
        top = folder / "many"
        for number in range(count):
            (place := top / f"{number % 100:02}").mkdir(parents=True, exist_ok=True)
            (place / f"{number:05}.txt").write_bytes(os.urandom(size))
        return top

    return make


def empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir(parents=True)
    return folder / "nothing"


def odd_names(folder: Path) -> Path:
    """Make a folder whose files have awkward names, and what is not sent: a link and a pipe."""
    top = folder / "Odd\u202e \u00c4\u0308 folder."
    for place in (top, top / "aux" / "trailing. ", top / "AUX"):
        place.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(ODD_NAMES):
            (place / name).write_bytes(os.urandom(number) + name.encode() if number else b"")
    (top / "bare" / "below").mkdir(parents=True)
    (top / "link").symlink_to("/etc/passwd")
    (top / "away").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(top / "pipe")
    return top


SHAPES: dict[str, Make] = {
    "empty file": one_file(0),
    "empty folder": empty_folder,
    "odd names": odd_names,
    "one piece and a byte": one_file((1 << 20) + 1),
    "small files": small_files(500),
}


def contents(path: Path) -> Counter[bytes]:
    """Return how often each content lies in a file below a path; links are not followed."""
    return Counter(
        hashlib.sha256(one.read_bytes()).digest()
        for one in path.rglob("*")
        if one.is_file() and not one.is_symlink()
    )


def is_safe(name: str) -> bool:
    """Tell whether a name is one that any disk takes and that says what it is."""
    return not (
        any(unicodedata.category(c) in UNSHOWN or c in FORBIDDEN for c in name)
        or name != name.strip()
        or name.endswith(".")
        or len(name.encode()) > 255
        or unicodedata.normalize("NFC", name) != name
        or name.partition(".")[0].lower() in {"con", "nul", "aux", "com1", "lpt\u00b9"}
    )


def surroundings(folder: Path) -> set[tuple[object, ...]]:
    """Return all that is told about everything below a folder but for the folders' own times."""
    found = set()
    for one in folder.rglob("*"):
        told = one.lstat()
        times = () if one.is_dir() else (told.st_mtime_ns, told.st_ino, told.st_nlink)
        found.add((one, told.st_mode, 0 if one.is_dir() else told.st_size, *times))
    return found


def each_sent(folder: Path, shapes: dict[str, Make], way: str = "direct") -> Json:
    """Send every shape one way, one after the other, between the same two people."""
    with ExitStack() as held:
        programs = held.enter_context(stage(folder))
        people = programs.people("Ana", "Bob", server=programs.server().url)
        if way == "relay":
            use_relay(people, held.enter_context(running_turn(folder)))
        for cli in people:
            cli.ask("file_settings", ways=[way])
        room = room_of(*people)
        return {name: sent(programs, people, room, make) for name, make in shapes.items()}


def sent(programs: Stage, people: list[Cli], room: str, make: Make) -> Json:
    """Send what `make` makes; check all that must hold; return the time and the rate in MB/s."""
    ana, bob = people
    numbers = len(list(programs.folder.glob("from *")))
    source = make(programs.folder / f"from {numbers}")
    target = inbox(programs, bob)
    (target / "mine").mkdir(exist_ok=True)
    (target / "mine" / "diary.txt").write_text("dear diary")
    (target.parent / "beside.txt").write_text("beside")
    before = surroundings(target)
    begun = time.monotonic()
    transfer = offer(ana, room, source)
    offered_in = time.monotonic() - begun
    accept(programs, bob, transfer)
    begun = time.monotonic()
    there = done(bob, transfer, timeout=300)
    taken = time.monotonic() - begun
    ana.event("file_done", transfer=transfer)
    assert there.parent == target
    assert_same(source, there)
    after = {told for told in surroundings(target) if not is_below(told[0], there)}
    assert after == before
    assert (target.parent / "beside.txt").read_text() == "beside"
    assert not list(target.parent.glob("*.part"))
    size = shown(bob, transfer)["size"]
    return {
        "seconds_to_offer": round(offered_in, 2),
        "seconds": round(taken, 2),
        "mb_per_s": round(size / max(taken, 0.001) / 1e6, 1),
    }


def is_below(path: object, top: Path) -> bool:
    return isinstance(path, Path) and (path == top or top in path.parents)


def assert_same(source: Path, there: Path) -> None:
    """Check that everything came: with its names where they are fit to be kept."""
    if source.is_file() or all(is_safe(one.name) for one in source.rglob("*")):
        assert digest(there) == digest(source)
        return
    assert contents(there) == contents(source)
    found = list(there.rglob("*"))
    assert all(is_safe(one.name) for one in [there, *found])
    assert all(one.is_file() or one.is_dir() for one in found)
    assert not any(one.is_symlink() for one in found)
    folded = Counter(unicodedata.normalize("NFKC", str(one).casefold()) for one in found)
    assert max(folded.values()) == 1
