"""What several people do together, and what has to hold for all of them then."""

from __future__ import annotations

from collections.abc import Sequence

from tests.e2e.programs import Cli, Json


def room_of(founder: Cli, *others: Cli) -> str:
    """Make a room, let the others in by link and by code in turn, wait until all are linked."""
    made = founder.ask("room_create", name="Lab")
    for number, other in enumerate(others):
        way = {"invite": made["invite"]} if number % 2 == 0 else {"code": made["code"]}
        assert other.ask("room_join", **way)["room"] == made["room"]
    linked(made["room"], founder, *others)
    return str(made["room"])


def linked(room: str, *people: Cli) -> None:
    """Wait until each of these sees all of them, and nobody else, online in the room."""
    everybody = {cli.peer for cli in people}
    for cli in people:
        cli.until(lambda reply: online(reply) == everybody, "members", room=room)


def online(reply: Json) -> set[str]:
    """Return who is online by an answer to `members`."""
    return {member["peer"] for member in reply["members"] if member["state"] == "online"}


def status(cli: Cli, message: str, state: str, by: Cli | None = None) -> None:
    """Wait until a message is told to have reached a state."""
    if by is None:
        cli.event("status", message=message, state=state)
    else:
        cli.event("status", message=message, state=state, by=by.peer)


def shown(cli: Cli, room: str, message: str) -> Json:
    """Return a message as history has it."""
    return next(one for one in cli.history(room) if one["message"] == message)


def same_history(room: str, people: Sequence[Cli], size: int) -> list[str]:
    """Wait until all have `size` messages; they must be the same in the same order."""
    for cli in people:
        has_all(cli, room, size)
    return equal_histories(room, people, size)


def has_all(cli: Cli, room: str, size: int) -> None:
    """Wait until somebody has `size` messages."""
    cli.until(lambda _: len(cli.history(room)) >= size, "whoami")


def equal_histories(room: str, people: Sequence[Cli], size: int) -> list[str]:
    """Return the texts of a room, which are the same in the same order for everybody."""
    histories = [cli.history(room) for cli in people]
    content = [[(m["message"], m["author"], m["text"], m["time"]) for m in h] for h in histories]
    assert [len(one) for one in content] == [size] * len(people)
    assert all(one == content[0] for one in content)
    return [text for _, _, text, _ in content[0]]


def findings(cli: Cli, check: str, **fields: object) -> list[Json]:
    """Return what a diagnosis says of one thing."""
    found = cli.ask("diagnose", **fields)["findings"]
    return [one for one in found if one["check"] == check]
