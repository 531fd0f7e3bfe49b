from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.room_keys import room_id
from app.domain.ids import PeerId, RoomId, from_text, to_text
from app.protocol.invitation import (
    MAX_LINK_LENGTH,
    ContactInvite,
    RoomInvite,
    TokenInvite,
    encode,
    looks_like_invite,
    parse,
)
from tests.refused import refusal

SECRET = b"s" * 32
ANA = Identity(b"a" * 32).peer
SERVERS = [
    "",
    "http://192.168.1.20:7700",
    "http://[fe80::1]:7700",
    "http://server",
    "https://parlor.example:8443/x/y",
    "mqtt://10.0.0.1:1883",
    "mqtts://broker.example",
]
servers = st.sampled_from(SERVERS)
secrets = st.binary(min_size=32, max_size=32)
first_epochs = st.builds(lambda s, url: RoomInvite(room_id(s), s, 0, url), secrets, servers)
later_epochs = st.builds(
    RoomInvite,
    st.binary(min_size=16, max_size=16).map(RoomId),
    secrets,
    st.integers(1, (1 << 32) - 1),
    servers,
)
peers = secrets.map(lambda seed: Identity(seed).peer)
contacts = st.builds(ContactInvite, peers, st.sampled_from(["Ana", "Ünal Öz", "李小龙"]), servers)
tokens = st.builds(TokenInvite, st.binary(min_size=16, max_size=16).map(RoomId), secrets, servers)
invites = first_epochs | later_epochs | contacts | tokens


def link_of(content: bytes) -> str:
    """Return a link with a right checksum over any content."""
    return "parlor:" + to_text(content + hashlib.sha256(content).digest()[:4])


def content_of(link: str) -> bytes:
    text = link.removeprefix("parlor:")
    return from_text(text, len(text) * 3 // 4)[:-4]


ROOM_CONTENT = content_of(encode(RoomInvite(room_id(SECRET), SECRET)))
CONTACT_CONTENT = content_of(encode(ContactInvite(ANA, "Ana")))


@given(invites)
def test_a_link_says_what_was_meant(invite: RoomInvite | ContactInvite) -> None:
    assert parse(encode(invite)) == invite
    assert looks_like_invite(encode(invite))


@pytest.mark.parametrize("server", ["", "http://255.255.255.255:65535", "https://" + "x" * 22])
def test_links_are_short(server: str) -> None:
    assert len(encode(RoomInvite(room_id(SECRET), SECRET, 0, server))) < 120
    assert len(encode(RoomInvite(RoomId(bytes(16)), SECRET, 127, server))) < 120
    for name in ("Ana", "x" * 64, "李" * 64):
        assert len(encode(ContactInvite(ANA, name, server))) < 120


def test_a_long_name_is_cut_between_letters() -> None:
    invite = parse(encode(ContactInvite(ANA, "Ünal " * 12)))
    assert isinstance(invite, ContactInvite)
    assert ("Ünal " * 12).startswith(invite.name)
    assert 30 < len(invite.name) < 64
    assert not invite.name.endswith(" ")


def test_a_name_outlives_the_longest_server() -> None:
    invite = parse(encode(ContactInvite(ANA, "x" * 64, "https://" + "y" * 120)))
    assert isinstance(invite, ContactInvite)
    assert invite.name == "x" * 20


@given(invites, st.data())
def test_a_mistyped_character_is_noticed(
    invite: RoomInvite | ContactInvite, data: st.DataObject
) -> None:
    link = encode(invite)
    at = data.draw(st.integers(len("parlor:"), len(link) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz019-_").filter(lambda c: c != link[at]))
    assert refusal(parse, link[:at] + letter + link[at + 1 :]) == "invite-damaged"


@given(invites)
def test_a_cut_link_is_noticed(invite: RoomInvite | ContactInvite) -> None:
    link = encode(invite)
    for size in range(len("parlor:") + 1, len(link)):
        assert refusal(parse, link[:size]) == "invite-damaged"


@pytest.mark.parametrize("form", ["  {}\n", "<{}>", " < {} > ", "{}/"])
@pytest.mark.parametrize("scheme", ["parlor:", "PARLOR:", "parlor://", "Parlor://"])
def test_what_programs_do_to_links_is_tolerated(form: str, scheme: str) -> None:
    invite = RoomInvite(room_id(SECRET), SECRET)
    text = form.format(scheme + encode(invite).removeprefix("parlor:"))
    assert looks_like_invite(text)
    if form == "{}/" and not scheme.endswith("//"):
        assert refusal(parse, text) == "invite-malformed"
    else:
        assert parse(text) == invite


@pytest.mark.parametrize(
    "text",
    [
        "",
        "parlor",
        "parlor:",
        "parlor://",
        "parlor:abc def",
        "parlor:abc=",
        "parlor:a+b/",
        "parlor:äöü",
        "parlor:\ud800",
        "https://example.org",
        "xparlor:AAAA",
        "parlor:" + "A" * MAX_LINK_LENGTH,
        "abandon-ability-able-about-above-absent",
    ],
)
def test_other_text_is_no_link(text: str) -> None:
    assert refusal(parse, text) == "invite-malformed"


def test_a_code_does_not_look_like_a_link() -> None:
    assert not looks_like_invite("parlor ability able about above absent")
    assert not looks_like_invite("")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_anything_may_be_pasted(text: str) -> None:
    assert refusal(parse, text).startswith("invite-")
    assert refusal(parse, "parlor:" + text).startswith("invite-")


@given(st.binary(max_size=120))
def test_any_content_is_an_invitation_or_refused(content: bytes) -> None:
    assert refusal(parse, link_of(content)) in {
        "",
        "invite-malformed",
        "invite-damaged",
        "invite-newer",
    }


@given(st.sampled_from([ROOM_CONTENT, CONTACT_CONTENT]), st.data())
def test_any_change_of_content_is_an_invitation_or_refused(
    content: bytes, data: st.DataObject
) -> None:
    changed = bytearray(content)
    changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    changed = changed[: data.draw(st.integers(0, len(content)))]
    link = link_of(bytes(changed))
    code = refusal(parse, link)
    assert code in {"", "invite-malformed", "invite-damaged", "invite-newer"}
    assert code or parse(encode(parse(link))) == parse(link)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x02" + ROOM_CONTENT[1:], "invite-newer"),
        (b"\x02\x09", "invite-newer"),
        (b"\x01\x03" + ROOM_CONTENT[2:], "invite-newer"),
        (ROOM_CONTENT[:-1] + b"\x07", "invite-newer"),
        (b"\x00" + ROOM_CONTENT[1:], "invite-malformed"),
        (b"\x01\x00" + ROOM_CONTENT[2:], "invite-malformed"),
        (ROOM_CONTENT + b"\x00", "invite-malformed"),
        (ROOM_CONTENT[:-1], "invite-malformed"),
        (b"\x01\x01" + bytes(16) + ROOM_CONTENT[18:], "invite-damaged"),
        (b"\x01", "invite-damaged"),
        (b"", "invite-damaged"),
    ],
)
def test_versions_and_kinds(content: bytes, code: str) -> None:
    assert refusal(parse, link_of(content)) == code


@pytest.mark.parametrize(
    ("epoch", "code"),
    [
        (b"\x01", ""),
        (b"\xff\xff\xff\xff\x0f", ""),
        (b"\x81\x00", "invite-malformed"),
        (b"\x80\x80\x80\x80\x10", "invite-malformed"),
        (b"\x80" * 30, "invite-malformed"),
    ],
)
def test_an_epoch_has_one_spelling(epoch: bytes, code: str) -> None:
    content = b"\x01\x01" + bytes(16) + epoch + SECRET + b"\x00"
    assert refusal(parse, link_of(content)) == code


@pytest.mark.parametrize(
    ("peer", "name", "code"),
    [
        (ANA, b"Bo", ""),
        (ANA, b"", "invite-malformed"),
        (ANA, b" \x00 ", "invite-malformed"),
        (ANA, b"\xff", "invite-malformed"),
        (ANA, b"x" * 65, "invite-malformed"),
        (bytes(32), b"Bo", "invite-malformed"),
        (b"\x02" + bytes(31), b"Bo", "invite-malformed"),
    ],
)
def test_a_contact_is_somebody(peer: bytes, name: bytes, code: str) -> None:
    content = b"\x01\x02" + peer + bytes((len(name),)) + name + b"\x00"
    assert refusal(parse, link_of(content)) == code


def test_a_contact_s_name_cannot_play_tricks() -> None:
    content = b"\x01\x02" + ANA + b"\x08" + "A\u202enA\n\t".encode() + b"\x00"
    invite = parse(link_of(content))
    assert isinstance(invite, ContactInvite)
    assert invite.name == "A nA"


def test_only_somebody_with_a_name_is_a_contact() -> None:
    assert refusal(encode, ContactInvite(ANA, " ")) == "name-empty"
    assert refusal(encode, ContactInvite(ANA, "x" * 65)) == "name-too-long"
    assert refusal(encode, RoomInvite(room_id(SECRET), SECRET, 0, "ftp://x")) == "bad-server-url"


def test_a_secret_is_not_printed() -> None:
    assert repr(SECRET) not in repr(RoomInvite(room_id(SECRET), SECRET))


def test_peer_ids_in_links_are_whole() -> None:
    assert parse(encode(ContactInvite(PeerId(ANA), "Ana"))) == ContactInvite(ANA, "Ana")


def test_a_token_is_not_printed_and_makes_a_short_link() -> None:
    invite = TokenInvite(RoomId(b"r" * 16), SECRET, "http://192.168.1.20:7700")
    assert "ssss" not in repr(invite)
    link = encode(invite)
    assert len(link) < 100
    assert parse(f" <{link}> ") == invite
    assert refusal(parse, link_of(content_of(link)[:-12])) == "invite-malformed"
    assert refusal(parse, link_of(content_of(link) + b"x")) == "invite-malformed"
