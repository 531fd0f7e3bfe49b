"""The whole life of the packages in bare systems: install, use, upgrade, remove.

Run as root: python -m tests.soak.install --packages dist --root BARE [--root BARE]...
[--old DIST] [--pictures FOLDER] [--keep]. Each BARE is a folder that debootstrap has made
(`--variant=minbase`); it is copied and stays as it is. Prints one JSON object a root: each step
with `ok` or what went wrong. Exits with 1 if anything did.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.data.kept import HERE as KEPT
from tests.soak.roots import FailedError, Root

TOOLS = "xz-utils xvfb xdotool openbox imagemagick dbus x11-utils procps"
PERSON = "tester"
INTERNAL = "/usr/lib/parlor/_internal"

# An older version may not know the option.
ALONE = "$(parlor-cli --help | grep -o -m 1 -e '--no-lan' || true)"
LIBRARIES = f"""
find /usr/lib/parlor -type f \\( -name '*.so*' -o -path '/usr/lib/parlor/parlor*' \\) |
    LD_LIBRARY_PATH={INTERNAL} xargs ldd 2>/dev/null | grep 'not found' | sort -u || true
"""
OFFSCREEN = f"""
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$(mktemp -d)
timeout -k 5 20 parlor --data-dir "$HOME/off" {ALONE} >"$HOME/said" 2>&1 || [ $? = 124 ]
if grep ERROR "$HOME/said"; then exit 1; fi
test -f "$HOME/off/parlor.db"
"""
WINDOW = """
export XDG_RUNTIME_DIR=$(mktemp -d) where=$(mktemp)
Xvfb -displayfd 9 -screen 0 1200x800x24 9>"$where" >/dev/null 2>&1 &
until [ -s "$where" ]; do sleep 0.1; done
export DISPLAY=:$(cat "$where")
openbox >/dev/null 2>&1 &
timeout -k 5 90 dbus-run-session -- parlor --data-dir "$HOME/window" --no-lan --name Tester \
    >"$HOME/said" 2>&1 &
for each in $(seq 60); do
    xdotool search --onlyvisible --name Parlor >/dev/null 2>&1 && break
    sleep 0.5
done
sleep 6
xprop -id "$(xdotool search --onlyvisible --name Parlor | head -n 1)" WM_CLASS
import -window root "$HOME/window.png"
if grep ERROR "$HOME/said"; then exit 1; fi
"""
TALK = r"""
work=$(mktemp -d)
setpriv --reuid=parlor-server --regid=parlor-server --clear-groups \
    parlor-server --config /packages/server.toml >$work/server 2>$work/server.log &
for each in $(seq 100); do [ -s $work/server ] && break; sleep 0.1; done
url=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' $work/server)
mkfifo $work/ana $work/ben
alone=ALONE
as() {
    exec setpriv --reuid=tester --regid=tester --init-groups env HOME=/srv/tester \
        parlor-cli --data-dir /srv/tester/$1 --name $1 $alone --server $url \
        <$work/$1 >$work/$1.out 2>&1
}
as ana & as ben &
exec 3>$work/ana 4>$work/ben
wait_for() {
    for each in $(seq 300); do grep -q "$2" $1 && return; sleep 0.1; done
    cat $1; return 1
}
wait_for $work/ana.out '"event": *"ready"'
echo '{"id": 1, "do": "room_create", "name": "Installed"}' >&3
wait_for $work/ana.out '"invite"'
invite=$(sed -n 's/.*"invite": *"\([^"]*\)".*/\1/p' $work/ana.out)
wait_for $work/ben.out '"event": *"ready"'
echo '{"id": 1, "do": "room_join", "invite": "'$invite'"}' >&4
wait_for $work/ben.out '"id": *1, *"ok": *true'
room=$(sed -n 's/.*"id": *1,.*"room": *"\([^"]*\)".*/\1/p' $work/ana.out)
echo '{"id": 2, "do": "send", "room": "'$room'", "text": "from one package to another"}' >&3
wait_for $work/ben.out 'from one package to another'
wait_for $work/ana.out '"state": *"delivered"'
echo '{"do": "quit"}' >&3; echo '{"do": "quit"}' >&4
grep -h -o '"route": *"[a-z]*"' $work/*.out | sort | uniq -c
"""
REMEMBERED = r"""
echo '{"id": 1, "do": "rooms"}
{"id": 2, "do": "search", "query": "package"}
{"id": 3, "do": "quit"}' | parlor-cli --data-dir "$HOME/ana" --no-lan >"$HOME/said" 2>&1
grep -o -m 1 '"text":"from one package to another"' "$HOME/said"
"""
OLD_PROFILE = r"""
mkdir -p "$HOME/old" && tar -xJf /packages/ana.tar.xz -C "$HOME/old"
echo '{"id": 1, "do": "rooms"}
{"id": 2, "do": "contacts"}
{"id": 3, "do": "quit"}' | parlor-cli --data-dir "$HOME/old" --no-lan >"$HOME/said" 2>&1
grep -o -m 1 '"name":"Garden"' "$HOME/said"
"""
TALK = TALK.replace("ALONE", ALONE)
UNPACKED = r"""
cd "$HOME" && mkdir unpacked
find . ! -path './.cache*' | sort >/tmp/before
tar -xJf /packages/parlor-*-linux-*.tar.xz -C unpacked
echo '{"id": 1, "do": "whoami"}' | unpacked/parlor*/parlor-cli --portable --no-lan |
    grep -o '"ok":true'
QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$(mktemp -d) timeout -k 5 20 \
    unpacked/parlor*/parlor --portable --no-lan >said 2>&1 || [ $? = 124 ]
if grep ERROR said; then exit 1; fi
rm -r unpacked/*
find . ! -path './.cache*' | sort | diff /tmp/before -
rmdir unpacked
"""
SERVER_TOML = 'host = "127.0.0.1"\nport = 0\nadvertise = false\n'


@dataclass
class Life:
    """One root's way through all steps; `told` is what is printed of it."""

    root: Root
    new: list[Path]
    old: list[Path]
    told: dict[str, str | float] = field(default_factory=dict)
    well: bool = True

    def step(self, name: str, what: Callable[[], str]) -> None:
        """Take a step and write down how it went."""
        begun = time.monotonic()
        try:
            found = what()
        except FailedError as error:
            self.told[name], self.well = str(error), False
        else:
            self.told[name] = found.strip() or f"ok, {time.monotonic() - begun:.0f} s"
        sys.stderr.write(f"{self.root.path.name}: {name}: {self.told[name]}\n")

    def install(self, packages: list[Path]) -> str:
        names = [f"/packages/{path.name}" for path in packages if path.suffix == ".deb"]
        self.root.apt("install", *names)
        versions = "dpkg-query -W -f '${Package} ${Version}  ' parlor parlor-server"
        return self.root.sh(versions)

    def as_person(self, script: str) -> Callable[[], str]:
        return lambda: self.root.sh(script, user=PERSON)

    def live(self) -> None:
        """Take all steps."""
        root = self.root
        root.apt("update")
        before = root.stray()
        self.step("install", lambda: self.install(self.old or self.new))
        root.sh(f"useradd --create-home --base-dir /srv {PERSON}")
        self.step("libraries that are missing", lambda: root.sh(LIBRARIES))
        self.step("window, offscreen", self.as_person(OFFSCREEN))
        root.apt("install", TOOLS)
        if not self.old:
            self.step("window, Xvfb", self.as_person(WINDOW))
        self.step("a message", lambda: root.sh(TALK))
        self.step(
            "settings of one's own",
            lambda: root.sh("echo '# mine' >> /etc/parlor-server/config.toml"),
        )
        if self.old:
            self.step("upgrade", lambda: self.install(self.new))
            self.step(
                "settings are kept",
                lambda: root.sh("grep -x '# mine' /etc/parlor-server/config.toml"),
            )
            self.step("what was said before", self.as_person(REMEMBERED))
            self.step("window, Xvfb", self.as_person(WINDOW))
            self.step("a message, afterwards", lambda: root.sh(TALK))
        self.step("a profile of 0.1.0", self.as_person(OLD_PROFILE))
        if any(path.suffix == ".xz" for path in self.new):
            self.step("the tarball, unpacked and deleted", self.as_person(UNPACKED))
        self.leave(before)

    def leave(self, before: set[str]) -> None:
        root = self.root
        self.step("remove", lambda: last(root.apt("remove", "parlor", "parlor-server")))
        self.step("settings stay until purge", lambda: root.sh("ls /etc/parlor-server"))
        self.step("purge", lambda: said(root.apt("purge", "parlor-server")))
        root.apt("purge", "--autoremove", TOOLS)
        left = sorted(path for path in root.stray() - before if not of_tools(path))
        self.told["left behind"] = " ".join(left) or "nothing"
        self.well = self.well and not left
        self.step("the person's data stay", lambda: root.sh(f"ls /srv/{PERSON}/ana"))
        self.step("the user is gone", lambda: root.sh("! getent passwd parlor-server"))


def last(text: str) -> str:
    """Return the last line."""
    return text.strip().splitlines()[-1]


def said(text: str) -> str:
    """Return the lines that a package of ours prints itself."""
    return "\n".join(line for line in text.splitlines() if line.startswith("parlor-server:"))


def of_tools(path: str) -> bool:
    """Return whether a stray file is one that the tools of this test leave."""
    return not any(word in path.lower() for word in ("parlor", "usr/share/applications", "icons"))


def packages(folder: Path) -> list[Path]:
    """Return the two packages in a folder, and the app's tarball if there is one.

    Raises SystemExit if the packages are not there.
    """
    found = [*folder.glob("parlor_*.deb"), *folder.glob("parlor-server_*.deb")]
    if len(found) != 2:
        raise SystemExit(f"{folder} does not hold one package of each kind")
    return [*found, *folder.glob("parlor-[0-9]*-linux-*.tar.xz")]


def main() -> int:
    """Live in every root; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--old", type=Path, help="packages of an older version, to begin with")
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--pictures", type=Path, default=Path())
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    well = True
    for bare in given.root:
        new, old = packages(given.packages), packages(given.old) if given.old else []
        work = Path(tempfile.mkdtemp(prefix="parlor-root-"))
        root = Root.copy(bare, work / bare.name, [*new, *old, KEPT / "0.1.0" / "ana.tar.xz"])
        (root.path / "packages" / "server.toml").write_text(SERVER_TOML, encoding="utf-8")
        life = Life(root, new, old)
        life.live()
        picture = root.path / "srv" / PERSON / "window.png"
        if picture.exists():
            shutil.copy(picture, given.pictures / f"window-{bare.name}.png")
        told = {"root": bare.name, "well": life.well, **life.told}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        well = well and life.well
        if not given.keep:
            shutil.rmtree(work)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
