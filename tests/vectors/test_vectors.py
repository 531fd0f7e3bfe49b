"""The committed vectors are what the app computes, and what the documents say."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from tests.vectors import primitives as plain
from tests.vectors.generate import FOLDER, load, path_of, write
from tests.vectors.sections import SECTIONS

ROOT = Path(__file__).parents[2]
raw = bytes.fromhex


@pytest.mark.parametrize("name", SECTIONS)
def test_the_app_computes_what_is_committed(name: str) -> None:
    assert json.loads(json.dumps(SECTIONS[name]())) == load(name)


def test_every_file_has_a_section() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*SECTIONS, "curve"}


def test_vectors_are_written_as_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = path_of("signal").read_bytes()
    monkeypatch.setattr("tests.vectors.generate.FOLDER", tmp_path)
    write("signal")
    assert path_of("signal").read_bytes() == committed
    assert path_of("signal").parent == tmp_path


@pytest.mark.parametrize("entry", load("identity")["identities"], ids=lambda e: e["seed"][:8])
def test_identity(entry: dict[str, str]) -> None:
    person = plain.Person(raw(entry["seed"]))
    assert person.peer == raw(entry["peer_id"])
    assert plain.b64(person.peer) == entry["peer_id_text"]
    assert person.x25519_public == raw(entry["x25519_public"])
    assert plain.fingerprint(person.peer) == entry["fingerprint"]
    assert plain.hkdf(raw(entry["seed"]), b"parlor notes room 1") == raw(entry["notes_secret"])
    assert person.signing.sign(raw(entry["message"])) == raw(entry["signature"])


def test_the_safety_number_is_that_of_two() -> None:
    vectors = load("identity")
    ana, bo = (raw(entry["peer_id"]) for entry in vectors["identities"])
    assert plain.safety(ana, bo) == plain.safety(bo, ana) == vectors["safety"]
    assert plain.safety(ana, bo) != plain.safety(ana, ana)


def test_key_derivation() -> None:
    vectors = load("key_derivation")
    for entry in vectors["derive"]:
        label, context = entry["label"].encode("ascii"), raw(entry["context"])
        derived = plain.hkdf(raw(entry["secret"]), label, entry["size"], context)
        assert derived == raw(entry["key"])
    for entry in vectors["stretch"]:
        assert plain.argon2id(raw(entry["secret"]), raw(entry["salt"])) == raw(entry["key"])


def test_room_keys() -> None:
    vectors = load("room_keys")
    for entry in vectors["rooms"]:
        secret = raw(entry["secret"])
        assert plain.hkdf(secret, b"parlor room id 1", 16) == raw(entry["room_id"])
        for name in ("body", "rendezvous", "proof", "govern"):
            assert plain.hkdf(secret, f"parlor room {name} 1".encode()) == raw(entry[name])
        one = entry["courier"]
        key = plain.hkdf(secret, b"parlor courier 1", 32, raw(one["peer"]))
        assert key == raw(one["key"])
        for name in ("rendezvous", "proof"):
            assert plain.hkdf(key, f"parlor courier {name} 1".encode()) == raw(one[name])
        for name in ("rendezvous", "proof", "seal"):
            derived = plain.hkdf(secret, f"parlor usher {name} 1".encode())
            assert derived == raw(entry["usher"][name])
    direct = vectors["direct"]
    first, second = (plain.Person(raw(seed)) for seed in direct["seeds"])
    assert first.shared(second.x25519_public) == raw(direct["shared"])
    assert second.shared(first.x25519_public) == raw(direct["shared"])
    pair = b"".join(sorted([first.peer, second.peer]))
    secret = plain.hkdf(raw(direct["shared"]), b"parlor direct room 1", 32, pair)
    assert secret == raw(direct["secret"])


def test_spoken_code() -> None:
    wordlist = (ROOT / "resources/words/english.txt").read_text(encoding="ascii").split()
    for entry in load("spoken_code")["codes"]:
        assert plain.code_words(raw(entry["entropy"]), wordlist) == entry["words"]
        secret = plain.argon2id(raw(entry["entropy"]), b"parlor room code 1")
        assert secret == raw(entry["secret"])


def test_event() -> None:
    vectors = load("event")
    author = plain.Person(raw(vectors["seed"]))
    room = plain.hkdf(raw(vectors["room_secret"]), b"parlor room id 1", 16)
    key = plain.hkdf(raw(vectors["room_secret"]), b"parlor room body 1")
    prev = bytes(32)
    for seq, entry in enumerate(vectors["events"], 1):
        header = plain.header(room, author.peer, seq, prev, (entry["hlc"], entry["epoch"]))
        nonce = raw(entry["nonce"])
        sealed = nonce + plain.seal(key, nonce, raw(entry["body"]), header)
        prev = hashlib.sha256(header + sealed).digest()
        signature = author.signing.sign(b"parlor event 1\x00" + prev)
        check_event(entry, header, sealed, prev, signature)


def test_what_governs_a_group() -> None:
    vectors = load("governing")
    secret = raw(vectors["room_secret"])
    room = plain.hkdf(secret, b"parlor room id 1", 16)
    for entry in vectors["events"]:
        place = (entry["hlc"], 0)
        header = plain.header(room, raw(entry["author"]), entry["seq"], raw(entry["prev"]), place)
        key = plain.hkdf(secret, f"parlor room {entry['key']} 1".encode())
        nonce = raw(entry["nonce"])
        sealed = nonce + plain.seal(key, nonce, raw(entry["body"]), header)
        assert sealed == raw(entry["sealed"])
        assert hashlib.sha256(header + sealed).digest() == raw(entry["id"])
    state = vectors["state"]
    names = {"created", "joined", "left", "role", "removed", "ruled", "topic"}
    shown = {e["id"] for e in vectors["events"] if e["fields"]["t"] in names - {"created"}}
    assert set(vectors["rows"]) >= shown - set(state["void"])
    assert not set(vectors["rows"]) & set(state["void"])


def check_event(
    entry: dict[str, Any], header: bytes, sealed: bytes, identifier: bytes, signature: bytes
) -> None:
    assert (header, sealed) == (raw(entry["header"]), raw(entry["sealed"]))
    assert (identifier, signature) == (raw(entry["id"]), raw(entry["signature"]))
    assert header + sealed + signature == raw(entry["wire"])
    author = Ed25519PublicKey.from_public_bytes(raw(entry["author"]))
    author.verify(signature, b"parlor event 1\x00" + identifier)


def test_the_first_bodies_spelt_out() -> None:
    created, joined, text, *_ = (raw(entry["body"]) for entry in load("event")["events"])
    code = raw(load("spoken_code")["codes"][1]["entropy"])
    assert created == b"\x83\xa1t\xa7created\xa4name\xa7Kitchen\xa4code\xc4\x08" + code
    assert joined == b"\x82\xa1t\xa6joined\xa4name\xa3Ana"
    assert text == b"\x82\xa1t\xa4text\xa4text\xb1Hello, world \xf0\x9f\x91\x8b"


def test_bodies_that_are_read_are_read_by_any_library() -> None:
    for entry in load("body")["bodies"]:
        if fields := entry.get("fields"):
            read = msgspec.msgpack.decode(raw(entry["body"]))
            assert {key: read.get(key) for key in fields} == fields


def test_signal() -> None:
    vectors = load("signal")
    sender, receiver = (plain.Person(raw(vectors[f"{who}_seed"])) for who in ("sender", "receiver"))
    ephemeral = X25519PrivateKey.from_private_bytes(raw(vectors["ephemeral_private"]))
    public = ephemeral.public_key().public_bytes_raw()
    fresh = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver.x25519_public))
    static = sender.shared(receiver.x25519_public)
    assert (fresh, static) == (receiver.shared(public), receiver.shared(sender.x25519_public))
    context = public + sender.peer + receiver.peer
    key = plain.hkdf(fresh + static, b"parlor signal 1", 32, context)
    for entry in vectors["payloads"]:
        assert public + plain.seal(key, bytes(12), raw(entry["payload"])) == raw(entry["sealed"])


def server_bytes(url: str) -> bytes:
    """Return a server as the vectors use it: the forms of docs/protocol.md."""
    scheme, _, rest = url.partition("://")
    host, _, port = rest.rpartition(":")
    if not url:
        return b"\x00"
    if scheme == "http":
        address = ipaddress.ip_address(host.strip("[]"))
        form = 1 if address.version == 4 else 2
        return bytes((form,)) + address.packed + int(port).to_bytes(2, "big")
    return bytes(({"https": 4, "mqtt": 5, "mqtts": 6}[scheme], len(rest))) + rest.encode("ascii")


def test_invitation() -> None:
    vectors = load("invitation")
    for entry in vectors["rooms"]:
        epoch = {0: b"\x00", 300: b"\xac\x02"}[entry["epoch"]]
        content = b"\x01\x01" + raw(entry["room_id"]) + epoch + raw(entry["secret"])
        assert plain.link(content + server_bytes(entry["server"])) == entry["link"]
    for entry in vectors["tokens"]:
        content = b"\x01\x03" + raw(entry["room_id"]) + raw(entry["token"])
        assert plain.link(content + server_bytes(entry["server"])) == entry["link"]
    for entry in vectors["contacts"]:
        name = entry["name"].encode("utf-8")
        content = b"\x01\x02" + raw(entry["peer_id"]) + bytes((len(name),)) + name
        assert plain.link(content + server_bytes(entry["server"])) == entry["link"]
