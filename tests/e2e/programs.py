"""Real programs as children of a test: every wait is bounded, every word of theirs is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.support.counting import uncounted
from tests.support.frozen import run_module
from tests.support.ports import free_port

Json = dict[str, Any]
Test = Callable[[Json], bool]

WAIT = 90.0
"""Seconds that anything may take on a busy machine before a test gives up."""
SHOWN = 12
FIRST_ID = 1000
"""Smaller ids are left to tests that write requests by hand."""


class Program:
    """A child that writes JSON lines. What it says on standard error goes to a file."""

    def __init__(
        self, module: str, arguments: list[str], errors: Path, prefix: Sequence[str] = ()
    ) -> None:
        """`prefix` is a command that replaces itself with the one after it."""
        self.errors = errors
        with errors.open("ab") as sink:
            self.process = subprocess.Popen(
                [*prefix, *run_module(module), *arguments],
                env=uncounted(os.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
            )
        self.said: list[Json] = []
        self.noise: list[bytes] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                try:
                    self.said.append(json.loads(line))
                except ValueError:
                    self.noise.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def mark(self) -> int:
        """Return a place in what was said, for `wait(since=...)`."""
        return len(self.said)

    def wait(self, wanted: Test, what: str = "", since: int = 0, timeout: float = WAIT) -> Json:
        """Return the first object said from `since` on that `wanted` accepts."""
        end = time.monotonic() + timeout
        checked = since
        with self._news:
            while True:
                for said in self.said[checked:]:
                    if wanted(said):
                        return said
                checked = max(len(self.said), since)
                left = end - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    raise AssertionError(f"never said: {what or wanted}\n{self.story()}")
                self._news.wait(min(left, 1.0))

    def event(self, name: str, since: int = 0, **fields: object) -> Json:
        """Wait for a notice with these fields."""
        wanted = {"event": name, **fields}
        return self.wait(lambda said: said.items() >= wanted.items(), str(wanted), since)

    def events(self, name: str, since: int = 0) -> list[Json]:
        """Return the notices of this kind so far."""
        return [said for said in self.said[since:] if said.get("event") == name]

    def complaints(self) -> str:
        return self.errors.read_text(encoding="utf-8", errors="replace").strip()

    def story(self) -> str:
        """Return the last words, for a failure."""
        last = "\n".join(map(repr, self.said[-SHOWN:]))
        code = self.process.poll()
        return (
            f"exit code {code}, last words:\n{last}\nstandard error:\n{self.complaints()[-3000:]}"
        )

    def send_line(self, line: bytes) -> None:
        """Write one line to the child; a child that is gone takes no harm."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()

    def kill(self) -> None:
        """Kill it at once, as a power cut would."""
        self.process.kill()
        self.end()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to stop; `end` waits until it has."""
        self.process.terminate()

    def end(self) -> int:
        """Wait until it has ended, read all it said and return its exit code."""
        try:
            code = self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WAIT)
            raise AssertionError(f"did not end\n{self.story()}") from None
        finally:
            self._reader.join(WAIT)
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
        return code


class Cli(Program):
    """A `parlor-cli` with a profile of its own."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *arguments: str,
        clock: float = 0,
        prefix: Sequence[str] = (),
        lan: bool = False,
    ) -> None:
        """`clock` is by how many seconds the machine's time is wrong; `prefix` as in Program.

        With `lan` it also meets whoever else is on the network without a server.
        """
        self.folder = folder
        self.name = name
        self.arguments = arguments
        self.clock = clock
        self.prefix = prefix
        self.lan = lan
        self._ids = count(FIRST_ID)
        own = ["--data-dir", str(folder), "--name", name, *arguments]
        own += [] if lan else ["--no-lan"]
        errors = folder.with_name(f"{folder.name}.stderr")
        if clock:
            super().__init__("tests.e2e.wrong_clock_cli", [str(clock), *own], errors, prefix)
        else:
            super().__init__("app.cli", own, errors, prefix)

    def ready(self) -> Self:
        """Wait until it takes requests."""
        self.peer: str = self.event("ready")["peer"]
        return self

    def online(self) -> Self:
        """Wait until a server has let it in."""
        self.event("server", state="online")
        return self

    def post(self, do: str, **fields: object) -> int:
        """Write a request without waiting; return its id."""
        number = next(self._ids)
        self.send_line(json.dumps({"id": number, "do": do, **fields}).encode())
        return number

    def reply(self, number: int) -> Json:
        """Wait for the reply to a request."""
        return self.wait(lambda said: said.get("id") == number, f"reply {number}")

    def ask(self, do: str, **fields: object) -> Json:
        """Ask and return the reply, which has to be a good one."""
        reply = self.reply(self.post(do, **fields))
        assert reply["ok"], f"{do}: {reply}"
        return reply

    def refused(self, do: str, **fields: object) -> str:
        """Ask for what cannot be had; return the code of the error."""
        reply = self.reply(self.post(do, **fields))
        assert not reply["ok"], f"{do}: {reply}"
        assert reply["error"]["message"], reply
        return str(reply["error"]["code"])

    def until(self, wanted: Test, do: str, **fields: object) -> Json:
        """Ask again and again until the answer is as wanted; for what no notice tells."""
        end = time.monotonic() + WAIT
        while not wanted(reply := self.ask(do, **fields)):
            assert time.monotonic() < end, f"{do} stays {reply}\n{self.story()}"
            time.sleep(0.05)
        return reply

    def say(self, room: str, text: str) -> str:
        """Send a text; return the message's id."""
        return str(self.ask("send", room=room, text=text)["message"])

    def hear(self, text: str, since: int = 0) -> Json:
        """Wait for the message with this text."""
        return self.event("message", since, text=text)

    def history(self, room: str) -> list[Json]:
        """Return all messages of a room, the oldest first."""
        found: list[Json] = []
        while True:
            before = {"before": found[0]["message"]} if found else {}
            page: list[Json] = self.ask("history", room=room, limit=1000, **before)["messages"]
            found = page + found
            if len(page) < 1000:
                return found

    def texts(self, room: str) -> list[str]:
        return [message["text"] for message in self.history(room)]

    def quit(self) -> None:
        """Ask it to end; it has to end well."""
        self.ask("quit")
        assert self.end() == 0, self.story()


class Server(Program):
    """A `parlor-server`, on the loopback interface unless another host is named."""

    def __init__(
        self,
        errors: Path,
        port: int = 0,
        host: str = "127.0.0.1",
        prefix: Sequence[str] = (),
        flags: Sequence[str] = (),
    ) -> None:
        where = ["--host", host, "--port", str(port or free_port()), "--no-advertise"]
        where += ["--log-level", "warning"]
        super().__init__("signaling", [*where, *flags], errors, prefix)
        self.url: str = self.event("listening")["url"]
        self.port = int(self.url.rpartition(":")[2])


class CheatingServer(Program):
    """A real server that cheats on command; it ends with its input."""

    def __init__(self, errors: Path) -> None:
        super().__init__("tests.e2e.cheating_server", [], errors)
        self.url: str = self.event("listening")["url"]

    def cheat(self, how: str) -> int:
        """Cheat in this way from now on; return the place of the answer."""
        mark = self.mark()
        self.send_line(how.encode())
        self.event("cheating", mark, how=how)
        return mark

    def terminate(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


class Stage:
    """All programs of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs: list[Program] = []
        self._profiles = count(1)
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Allow lines on standard error in which this regular expression is found."""
        self._expected.append(re.compile(pattern))

    def server(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        prefix: Sequence[str] = (),
        flags: Sequence[str] = (),
    ) -> Server:
        """Start a server; with the port of one that is gone, its successor."""
        server = Server(self.folder / "server.stderr", port, host, prefix, flags)
        self._programs.append(server)
        return server

    def cheating_server(self) -> CheatingServer:
        server = CheatingServer(self.folder / "server.stderr")
        self._programs.append(server)
        return server

    def start(
        self,
        name: str,
        *servers: str,
        clock: float = 0,
        prefix: Sequence[str] = (),
        lan: bool = False,
    ) -> Cli:
        """Start a new person's program; `ready` waits for it."""
        folder = self.folder / f"{name}-{next(self._profiles)}"
        urls = [argument for url in servers for argument in ("--server", url)]
        return self.keep(Cli(folder, name, *urls, clock=clock, prefix=prefix, lan=lan))

    def people(self, *names: str, server: str) -> list[Cli]:
        """Start several programs at once and wait until all are online."""
        started = [self.start(name, server) for name in names]
        return [cli.ready().online() for cli in started]

    def again(self, cli: Cli) -> Cli:
        """Start the program of an ended one's profile again and wait until it is online."""
        return self.again_offline(cli).online()

    def again_offline(self, cli: Cli) -> Cli:
        """Start the program of an ended one's profile again and wait until it is ready."""
        again = Cli(
            cli.folder,
            cli.name,
            *cli.arguments,
            clock=cli.clock,
            prefix=cli.prefix,
            lan=cli.lan,
        )
        return self.keep(again).ready()

    def keep(self, cli: Cli) -> Cli:
        self._programs.append(cli)
        return cli

    def close(self) -> None:
        """End everything; whatever a program complained of without being expected to, fails."""
        alive = [program for program in self._programs if program.process.poll() is None]
        for program in alive:
            program.thaw()
            with suppress(BrokenPipeError):
                program.terminate()
        for program in alive:
            program.end()

    def complaints(self) -> Iterator[str]:
        """Yield what was said on standard error, and on standard output besides JSON."""
        for program in self._programs:
            yield from (repr(line) for line in program.noise)
        for errors in {program.errors for program in self._programs}:
            lines = errors.read_text(encoding="utf-8", errors="replace").splitlines()
            stray = [line for line in lines if not self._is_expected(line)]
            if stray:
                yield "\n".join([f"{errors.name}:", *stray])

    def _is_expected(self, line: str) -> bool:
        return any(pattern.search(line) for pattern in self._expected)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Yield a stage and leave nothing running on it. Complaints of the programs are an error."""
    made = Stage(folder)
    try:
        yield made
    finally:
        made.close()
    complaints = "\n".join(made.complaints())
    assert not complaints, complaints
