"""What Ana, Ben and Eve do in every version, as far as it can be done there."""

from __future__ import annotations

import time
from pathlib import Path

from tests.e2e.programs import Cli, Json, Server

PASSPHRASE = "a fence of seven boards"
EXPORT_PASSPHRASE = "the words of a backup"
_TEN_YEARS = 10 * 365 * 24 * 3600
_ABSENT = ("unknown-request", "not-implemented", "bad-request")
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


class Play:
    """Programs of one version below `folder`; `done` has the requests that it knew."""

    def __init__(self, folder: Path, *, no_lan: bool) -> None:
        self.folder = folder
        self.done: set[str] = set()
        self.lacking: set[str] = set()
        self._lan = ["--no-lan"] if no_lan else []
        self._running: list[Cli] = []
        self._words = folder / "passphrase"
        self._words.write_text(PASSPHRASE)
        self.server = Server(folder / "server.stderr")

    def start(self, name: str, *, online: bool = True) -> Cli:
        """Start somebody's program, and wait until it is in touch."""
        flags = ["--server", self.server.url] if online else []
        if name == "ben":
            flags += ["--passphrase-file", str(self._words)]
        cli = Cli(self.folder / name, name.title(), *flags, *self._lan, lan=True).ready()
        self._running.append(cli)
        return cli.online() if online else cli

    def perform(self) -> None:
        """Do everything; all programs are stopped then."""
        ana, ben, eve = (self.start(name) for name in ("ana", "ben", "eve"))
        room = self._group(ana, ben, eve)
        self._direct(ana, ben)
        self._files(ana, ben, room)
        self._govern(ana, ben, eve, room)
        self._choose(ana, ben, eve, room)
        time.sleep(2)  # receipts are on their way
        self._stop(eve)
        self._stop(ben)
        ana.say(room, "Nobody is here to hear this yet 🌙")
        self._export(ana)
        self._stop(ana)

    def recall(self) -> Json:
        """Return what the version itself tells of the two profiles, without a network."""
        told = {}
        for name in ("ana", "ben"):
            cli = self.start(name, online=False)
            told[name] = self._tell(cli)
            self._stop(cli)
        return {"people": told, "done": sorted(self.done), "lacking": sorted(self.lacking)}

    def close(self) -> None:
        for program in (*self._running, self.server):
            if program.process.poll() is None:
                program.kill()

    def _stop(self, cli: Cli) -> None:
        cli.quit()
        self._running.remove(cli)

    def _try(self, cli: Cli, do: str, **fields: object) -> Json | None:
        """Ask for what this version may not know; any other refusal is an error."""
        reply = cli.reply(cli.post(do, **fields))
        if reply["ok"]:
            self.done.add(do)
            return reply
        assert reply["error"]["code"] in _ABSENT, f"{do}: {reply}"
        self.lacking.add(do)
        return None

    def _group(self, ana: Cli, ben: Cli, eve: Cli) -> str:
        made = ana.ask("room_create", name="Garden")
        room = str(made["room"])
        for other in (ben, eve):
            other.ask("room_join", invite=made["invite"])
            other.until(lambda reply: len(reply["members"]) > 1, "members", room=room)
        for cli in (ana, ben, eve):
            cli.until(lambda reply: _online(reply) == 3, "members", room=room)
        first = ana.say(room, "The beans are up")
        ben.hear("The beans are up")
        answer = ben.ask("send", room=room, text="Ours too: *all* of them", reply_to=first)
        ana.hear("Ours too: *all* of them")
        eve.hear("Ours too: *all* of them")
        wrong = ana.say(room, "Watering at 7")
        gone = ana.say(room, "A slip of the tongue")
        right = ana.say(room, "مرحبا — שלום — 你好 https://example.org/beans")
        for cli in (ben, eve):
            cli.event("message", message=right)
        self._try(ana, "edit", message=wrong, text="Watering at 8, @Ben")
        self._try(ana, "delete", message=gone)
        self._try(ana, "react", message=answer["message"], emoji="🌱")
        self._try(eve, "react", message=first, emoji="🎉")
        self._try(ana, "pin", message=right)
        ben.ask("read", room=room, message=right)
        ana.event("status", message=right, state="read", by=ben.peer)
        return room

    def _direct(self, ana: Cli, ben: Cli) -> None:
        asked = self._try(ana, "contact_request", peer=ben.peer, text="Ben, is that you?")
        if asked is None:
            return
        ben.event("contact", peer=ana.peer)
        self._try(ben, "contact_accept", peer=ana.peer)
        room = str(asked["room"])
        ana.until(lambda reply: _online(reply) == 2, "members", room=room)
        ben.until(lambda reply: room in [r["room"] for r in reply["rooms"]], "rooms")
        ben.say(room, "It is. Who else?")
        ana.hear("It is. Who else?")
        self._try(ana, "contact_describe", peer=ben.peer, alias="Benjamin", note="next door")
        self._try(ana, "verify", peer=ben.peer)

    def _files(self, ana: Cli, ben: Cli, room: str) -> None:
        path = self.folder / "plan.txt"
        path.write_text("rows of beans\n" * 200)
        sent = self._try(ana, "send_file", room=room, path=str(path), text="the plan")
        if sent is None:
            return
        offer = ben.event("file_offer")
        (self.folder / "got").mkdir()
        self._try(ben, "file_accept", transfer=offer["transfer"], to=str(self.folder / "got"))
        ben.event("file_done", transfer=offer["transfer"])
        refused = self._try(ana, "send_file", room=room, path=str(self._words))
        assert refused is not None
        ben.event("message", message=refused["message"])
        self._try(ben, "file_decline", transfer=refused["transfer"])

    def _govern(self, ana: Cli, ben: Cli, eve: Cli, room: str) -> None:
        self._try(ana, "room_topic", room=room, text="What grows, and when")
        self._try(ana, "room_role", room=room, peer=ben.peer, role="admin")
        self._try(ana, "room_rule", room=room, rule="history", value=1)
        self._try(ana, "room_link", room=room)
        other = ana.ask("room_create", name="Cellar")
        eve.ask("room_join", invite=other["invite"])
        eve.until(lambda reply: _online(reply) == 2, "members", room=other["room"])
        ana.until(lambda reply: _online(reply) == 2, "members", room=other["room"])
        ana.say(other["room"], "Down here it is dark")
        eve.hear("Down here it is dark")
        eve.say(other["room"], "I see nothing")
        ana.hear("I see nothing")
        self._try(ana, "room_kick", room=other["room"], peer=eve.peer, ban=True)
        ana.say(other["room"], "Alone at last")
        third = ana.ask("room_create", name="Attic")
        self._try(ana, "room_invite", room=third["room"], peer=ben.peer)

    def _choose(self, ana: Cli, ben: Cli, eve: Cli, room: str) -> None:
        self._try(ana, "mute", room=room)
        self._try(ana, "room_pin", room=room)
        self._try(ben, "archive", room=room)
        self._try(ana, "privacy", typing=False)
        self._try(ben, "contact_block", peer=eve.peer)
        picture = self.folder / "me.png"
        picture.write_bytes(_PICTURE)
        self._try(ana, "set_picture", path=str(picture))
        self._try(ana, "vanish", room=room, seconds=_TEN_YEARS)
        self._try(ana, "sharing", region="Upland")

    def _export(self, ana: Cli) -> None:
        path = self.folder / "ana.parlor"
        self._try(ana, "export", path=str(path), passphrase=EXPORT_PASSPHRASE)

    def _tell(self, cli: Cli) -> Json:
        rooms = cli.ask("rooms")["rooms"]
        told: Json = {
            "whoami": _answer(cli.ask("whoami")),
            "rooms": rooms,
            "members": {r["room"]: cli.ask("members", room=r["room"])["members"] for r in rooms},
            "history": {r["room"]: cli.history(r["room"]) for r in rooms},
        }
        for do in ("contacts", "transfers", "invitations", "privacy", "sharing"):
            if (answer := self._try(cli, do)) is not None:
                told[do] = _without_paths(_answer(answer))
        for do in ("pinned", "room_rules", "room_links", "room_banned"):
            answers = {r["room"]: cli.reply(cli.post(do, room=r["room"])) for r in rooms}
            told[do] = {room: _answer(a) for room, a in answers.items() if a["ok"]}
        return told


def _answer(reply: Json) -> Json:
    return {name: value for name, value in reply.items() if name not in ("id", "ok")}


def _without_paths(answer: Json) -> Json:
    """Leave out where files lie on the machine that made this."""
    for transfer in answer.get("transfers", ()):
        transfer.pop("path", None)
    return answer


def _online(reply: Json) -> int:
    return sum(member["state"] == "online" for member in reply["members"])
