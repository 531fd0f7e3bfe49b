"""What a diagnosis says, in plain sentences, with what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """`ok` is None where nothing follows. `place` names the settings where the fix is done:
    "servers", "helpers", "contacts", "sharing", "update", "system" or "" for nowhere."""

    ok: bool | None
    text: str
    fix: str = ""
    place: str = ""


_OTHER_SERVER = "Check the address, or use another server."

SERVERS = {
    "server-none": Sentence(
        None,
        "No server is set.",
        "People on your own network can still be found. Add a server to reach others.",
        "servers",
    ),
    "server-online": Sentence(True, "The server {server} answers in {ms} ms."),
    "server-connected": Sentence(True, "You are connected to {server}."),
    "server-dns": Sentence(
        False,
        "The name of the server {server} is not known.",
        "Check the address for typing mistakes, and whether this computer is online.",
        "servers",
    ),
    "server-refused": Sentence(
        False,
        "There is no server at {server}: the computer is there, but nothing listens on that port.",
        "Check the port, or ask who runs the server whether it is up.",
        "servers",
    ),
    "server-timeout": Sentence(
        False,
        "The server {server} does not answer at all.",
        "It may be off, or a firewall lets nothing through. Try another network.",
        "servers",
    ),
    "server-unreachable": Sentence(
        False,
        "There is no way from this computer to the server {server}.",
        "Check that this computer is online.",
        "system",
    ),
    "server-certificate": Sentence(
        False,
        "The certificate of the server {server} is not valid for it.",
        "Ask who runs the server. If your clock is wrong, set it first.",
        "servers",
    ),
    "server-no-tls": Sentence(
        False,
        "The server {server} does not speak TLS.",
        "Use its address with http:// (or mqtt://) if you trust the network.",
        "servers",
    ),
    "server-needs-tls": Sentence(
        False,
        "The server {server} wants TLS.",
        "Use its address with https:// (or mqtts://).",
        "servers",
    ),
    "server-not-parlor": Sentence(
        False,
        "Something answers at {server}, but it is no Parlor server.",
        _OTHER_SERVER,
        "servers",
    ),
    "server-version": Sentence(
        False,
        "The server {server} speaks another version.",
        "Update Parlor, or ask who runs the server to update it.",
        "update",
    ),
    "server-refuses": Sentence(
        False,
        "The server {server} turns us away ({reason}).",
        "Ask who runs the server.",
        "servers",
    ),
    "server-replaced": Sentence(
        False,
        "The server {server} has given our place to another run of this profile.",
        "Close Parlor where else this profile is open, then connect again.",
        "servers",
    ),
    "server-busy": Sentence(
        None,
        "The server {server} can be reached; we are not connected right now ({reason}).",
        "Try again now.",
        "servers",
    ),
}

CLOCK = {
    "clock-fine": Sentence(True, "Your clock agrees with {clocks} ({off} apart at most)."),
    "clock-unknown": Sentence(None, "Nobody is there to compare your clock with."),
    "clock-off": Sentence(
        False,
        "Your clock is {off} {way}. Parlor corrects for it while others tell the time.",
        "Let your computer set its clock by itself.",
        "system",
    ),
    "clock-doubtful": Sentence(
        None,
        "Among {clocks} one differs from yours by {off}.",
        "If yours is wrong, let your computer set it by itself.",
        "system",
    ),
}

NEAR = {
    "mdns-works": Sentence(
        True, "What is said to all on your network gets through; {servers} seen there."
    ),
    "mdns-silent": Sentence(
        False,
        "Nothing that is said to all on your network comes back: multicast is blocked.",
        "Allow UDP port 5353 in the firewall. On guest networks it is often shut on purpose.",
        "system",
    ),
    "ports-free": Sentence(True, "Links and files may use ports of this computer."),
    "ports-shut": Sentence(
        False,
        "This computer does not let Parlor listen on any port.",
        "Allow Parlor in the firewall or sandbox of this computer.",
        "system",
    ),
    "addresses-some": Sentence(True, "This computer has {four} and {six}: {addresses}."),
    "addresses-none": Sentence(
        False,
        "This computer has no network address but its own.",
        "Connect it to a network.",
        "system",
    ),
}

HELPERS = {
    "udp-open": Sentence(True, "UDP gets out: {url} sees this computer as {address}."),
    "udp-blocked": Sentence(
        False,
        "UDP does not get out: {url} does not answer.",
        "A firewall may stop it. A TURN server over TCP (turn:…?transport=tcp) helps then.",
        "helpers",
    ),
    "udp-untried": Sentence(
        None,
        "No STUN server is set, so whether UDP gets out was not tried.",
        "Add one to reach people behind other routers.",
        "helpers",
    ),
    "public-yes": Sentence(True, "This computer has a public address; others reach it directly."),
    "public-no": Sentence(
        None, "This computer is behind a router; most people still reach it by way of STUN or TURN."
    ),
    "turn-works": Sentence(True, "The relay {url} works: it carries for us from {address}."),
    "turn-none": Sentence(
        None,
        "No TURN relay is set or lent by a server.",
        "Add one for people whose routers do not let you meet.",
        "helpers",
    ),
    "turn-login": Sentence(
        False,
        "The relay {url} does not accept the user name or password.",
        "Type both anew; lent ones are renewed by the server.",
        "helpers",
    ),
    "helper-dns": Sentence(
        False,
        "The name of {url} is not known.",
        "Check the address for typing mistakes.",
        "helpers",
    ),
    "turn-timeout": Sentence(
        False,
        "The relay {url} does not answer.",
        "Check address and port; it may be off, or a firewall is in between.",
        "helpers",
    ),
    "turn-unreachable": Sentence(
        False,
        "There is no relay at {url}.",
        "Check address and port, or ask who runs it.",
        "helpers",
    ),
    "turn-full": Sentence(
        False, "The relay {url} has no place left.", "Try again later, or add another.", "helpers"
    ),
    "turn-tls": Sentence(
        False,
        "The relay {url} does not speak TLS with a valid certificate.",
        "Use turn: in place of turns:, or ask who runs it.",
        "helpers",
    ),
    "turn-strange": Sentence(
        False, "The relay {url} answers strangely.", "Ask who runs it.", "helpers"
    ),
}

RELAYS = {
    "links-up": Sentence(True, "You are linked with {members}, and with everybody who is there."),
    "links-none": Sentence(None, "You are linked with nobody now, and nobody else is seen."),
    "links-trying": Sentence(None, "Links to {members} seen online are being made right now."),
    "links-failing": Sentence(
        False,
        "There is no link to {members} seen online, and {up} are linked: {why}.",
        "Ask why for one of them, in the menu of a member.",
    ),
    "relays-some": Sentence(True, "{members} linked with you can carry for you."),
    "relays-none": Sentence(
        None, "Nobody linked with you can carry for you, so there is no way around through them."
    ),
}

PERSON = {
    "link-up": Sentence(True, "You are linked with {name} {how} ({ms} ms)."),
    "link-through": Sentence(True, "You are linked with {name} through {other} ({ms} ms)."),
    "link-not-needed": Sentence(
        True,
        "{name} is there. Your room is too large for links between all: others pass on what you"
        " write to each other.",
    ),
    "link-trying": Sentence(None, "A link to {name} is being made right now."),
    "link-down": Sentence(False, "There is no link to {name}.", "Try again now."),
    "blocked-not": Sentence(True, "You have not blocked {name}."),
    "blocked-by-us": Sentence(
        False, "You have blocked {name}, so there is no link.", "Unblock {name}.", "contacts"
    ),
    "common-some": Sentence(True, "You have {rooms} in common with {name}."),
    "common-none": Sentence(
        False,
        "You have no conversation in common with {name}, and without one there is no link.",
        "Write to {name}, or invite {name} to a room.",
        "contacts",
    ),
    "seen-now": Sentence(True, "A server sees {name} online now."),
    "seen-nearby": Sentence(True, "{name} was there over a link a moment ago."),
    "seen-never": Sentence(
        False,
        "No server sees {name} now, and there was no link since you started Parlor.",
        "{name} may be offline, or on a server that you do not use. Ask for the server's address.",
        "servers",
    ),
    "seen-before": Sentence(
        False,
        "No server sees {name} now; the last link ended {ago}.",
        "{name} is most likely offline. Messages wait here and go out by themselves.",
    ),
    "seen-unknown": Sentence(
        None,
        "Nobody can say whether {name} is online, for you are connected to no server.",
        "Connect to a server.",
        "servers",
    ),
    "version-old": Sentence(
        None,
        "{name} uses an older Parlor that lacks {abilities}.",
        "Ask {name} to update.",
    ),
    "version-fine": Sentence(True, "{name} speaks the same version as you."),
    "version-mismatch": Sentence(
        False,
        "{name} speaks a version that yours does not understand.",
        "Update Parlor on both sides.",
        "update",
    ),
    "identity-fine": Sentence(True, "Nobody else goes by the name of {name}."),
    "identity-changed": Sentence(
        False,
        "Somebody with another key goes by the name of {name}.",
        "Compare the safety number with {name}; after a new installation the key is another one.",
        "contacts",
    ),
    "identity-wrong": Sentence(
        False,
        "Whoever answered in place of {name} could not prove to be {name}.",
        "Somebody may be in between. Try another network or server.",
    ),
    "peer-clock-fine": Sentence(True, "The clock of {name} agrees with yours."),
    "peer-clock-off": Sentence(
        None,
        "The clock of {name} is {off} {way} yours.",
        "Whoever is wrong should let the computer set its clock by itself.",
        "system",
    ),
}

ROUTES = {
    "lan": "on your own network",
    "direct": "directly",
    "relay": "over a TURN relay",
}
"""How a link goes, to be put into a sentence."""

REASONS = {
    "no-answer": ("did not answer our offer", "{name} may just have gone offline."),
    "no-offer": ("did not begin although it was asked", "{name} may just have gone offline."),
    "ice-failed": (
        "no way was found between the two computers",
        "Add a TURN relay, or have a member of a common room carry for you.",
    ),
    "timeout": (
        "the way was not open in time",
        "The network may be slow or a firewall in between. Add a TURN relay.",
    ),
    "dtls-failed": ("the encryption was not agreed on", "Try again; update Parlor on both sides."),
    "handshake-timeout": ("the greeting was not finished in time", "The network may be slow."),
    "unreachable": ("no server could pass our signal on", "Connect to a server that both use."),
    "no-carrier": ("nobody could carry for us", "Ask a member to stay connected to both."),
    "silent": ("nothing came any more", "The network may be down."),
    "no-common-room": ("no common room was opened", "Ask for a new invitation."),
    "closed": ("the link was closed", ""),
    "internal-error": ("something went wrong on this computer", "Please report this."),
    "flood": ("too much came at once", ""),
    "disk-full": ("this disk is full", "Make some room on the disk."),
    "signal-stale": ("a signal came too late", "Check the clocks of both computers."),
    "clock-skew": ("the clocks differ too much", "Let both computers set their clocks."),
}
"""Why an attempt failed, as half a sentence, and what helps."""

ATTEMPTS = {
    "attempts-none": Sentence(None, "No attempt has failed."),
    "attempt-failed": Sentence(False, "The last attempt failed {ago}: {why}."),
    "attempt-failed-direct": Sentence(False, "The direct way failed {ago}: {why}."),
    "attempt-failed-turn": Sentence(False, "The way over a TURN relay failed {ago}: {why}."),
    "attempt-failed-member": Sentence(False, "The way through {other} failed {ago}: {why}."),
    "carriers-some": Sentence(True, "{members} linked with both of you can carry between you."),
    "carriers-none": Sentence(None, "Nobody linked with both of you can carry between you."),
}

LATE = {"late": Sentence(None, "Looking at this took too long and was given up.", "Try again.")}

SENTENCES = {**SERVERS, **CLOCK, **NEAR, **HELPERS, **RELAYS, **PERSON, **ATTEMPTS, **LATE}
