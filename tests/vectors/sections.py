"""What the vectors say: one function for each file, every value fixed, bytes as hex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.crypto.authoring import SIGNED_PREFIX
from app.crypto.identity import Identity, agreement_key, fingerprint, safety_number
from app.crypto.kdf import derive, stretch
from app.crypto.room_keys import (
    courier_key,
    courier_keys,
    direct_secret,
    epoch_keys,
    notes_secret,
    room_id,
    secret_from_code,
    usher_keys,
)
from app.crypto.seal import _seal_body, _seal_for
from app.domain.codec import decode_body, encode_body
from app.domain.events import (
    FIRST_PREV,
    Created,
    Deleted,
    Edited,
    Event,
    Header,
    Joined,
    KnownBody,
    Left,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    Unsupported,
    compute_id,
)
from app.domain.files import FileOffered
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.protocol.invitation import ContactInvite, RoomInvite, TokenInvite, encode
from app.protocol.spoken_code import to_words
from tests.vectors import archive_sections, governing_sections, link_sections
from tests.vectors.link_sections import fixed

Section = dict[str, Any]


ANA, BO = Identity(fixed("ana")), Identity(fixed("bo"))
SECRET = fixed("room secret")
KEYS = epoch_keys(0, SECRET)
CODE = (int.from_bytes(fixed("code", 8), "big") >> 4).to_bytes(8, "big")


def identity() -> Section:
    def one(who: Identity) -> Section:
        return {
            "seed": who.seed.hex(),
            "peer_id": who.peer.hex(),
            "peer_id_text": to_text(who.peer),
            "x25519_public": agreement_key(who.peer).public_bytes_raw().hex(),
            "fingerprint": fingerprint(who.peer),
            "notes_secret": notes_secret(who).hex(),
            "message": b"message".hex(),
            "signature": who.sign(b"message").hex(),
        }

    return {"identities": [one(ANA), one(BO)], "safety": safety_number(ANA.peer, BO.peer)}


def key_derivation() -> Section:
    return {
        "derive": [
            {
                "secret": SECRET.hex(),
                "label": label,
                "context": context.hex(),
                "size": size,
                "key": derive(SECRET, label, size, context).hex(),
            }
            for label, size, context in [
                ("parlor room id 1", 16, b""),
                ("parlor direct room 1", 32, ANA.peer + BO.peer),
                ("another label", 80, b"context"),
            ]
        ],
        "stretch": [
            {
                "secret": b"secret".hex(),
                "salt": b"salt of a vector".hex(),
                "key": stretch(b"secret", b"salt of a vector").hex(),
            }
        ],
    }


def _courier(secret: bytes) -> Section:
    keys = courier_keys(0, courier_key(secret, BO.peer))
    return {
        "peer": BO.peer.hex(),
        "key": keys.key.hex(),
        "rendezvous": keys.rendezvous.hex(),
        "proof": keys.proof.hex(),
    }


def _usher(token: bytes) -> Section:
    keys = usher_keys(token)
    return {
        "rendezvous": keys.rendezvous.hex(),
        "proof": keys.proof.hex(),
        "seal": keys.seal.hex(),
    }


def room_keys() -> Section:
    return {
        "rooms": [
            {
                "secret": secret.hex(),
                "room_id": room_id(secret).hex(),
                "body": epoch_keys(0, secret).body.hex(),
                "rendezvous": epoch_keys(0, secret).rendezvous.hex(),
                "proof": epoch_keys(0, secret).proof.hex(),
                "govern": epoch_keys(0, secret).govern.hex(),
                "courier": _courier(secret),
                "usher": _usher(secret),
            }
            for secret in (SECRET, fixed("another room secret"))
        ],
        "direct": {
            "seeds": [ANA.seed.hex(), BO.seed.hex()],
            "shared": ANA.agree(BO.peer).hex(),
            "secret": direct_secret(ANA, BO.peer).hex(),
        },
    }


def spoken_code() -> Section:
    return {
        "codes": [
            {
                "entropy": entropy.hex(),
                "words": to_words(entropy),
                "secret": secret_from_code(entropy).hex(),
            }
            for entropy in (bytes(8), CODE, ((1 << 60) - 1).to_bytes(8, "big"))
        ]
    }


BODIES: list[KnownBody] = [
    Created("Kitchen", CODE),
    Joined("Ana"),
    Text("Hello, world \U0001f44b"),
    Text("yes", fixed("answered")),
    Renamed("Garden"),
    ProfileNamed("Ana Lopez"),
    Left(),
    Edited(fixed("answered"), "no"),
    Deleted(fixed("answered")),
    Reacted(fixed("answered"), "\U0001f44d", on=True),
    Pinned(fixed("answered"), on=False),
    Topic("Who cooks what"),
    Text("@Bo, yes", None, (BO.peer,)),
    FileOffered("Plan \u2013 final.pdf", 1234567, fixed("root"), text="Please read"),
    FileOffered("Photos", 0, fixed("root"), 0, True, "", fixed("answered"), 3600),
    Edited(fixed("answered"), "@Ana", (ANA.peer, BO.peer)),
    FileOffered("a.txt", 5, fixed("root"), forwarded_from="Cem", mentions=(BO.peer,)),
]


STRANGE_BODIES = [
    "83a174a474657874a474657874a161a57061747468a178",  # an unknown field
    "82a474657874a161a174a474657874",  # the kind last
    "81a174a4706f6c6c",  # an unknown kind
    "82a174a474657874a47465787405",  # a number for a text
    "82a174a474657874a474657874a0",  # empty
    "82a174a474657874a474657874a3610062",  # a control character
    "82a174a474657874a474657874a2fffe",  # no UTF-8
    "83a174a474657874a474657874a161a474657874a162",  # a doubled key
    "83a174a474657874a474657874a161a178" + "91" * 7 + "c0",  # as deep as allowed
    "83a174a474657874a474657874a161a178" + "91" * 8 + "c0",  # deeper
    "82a174a474657874a474657874a16100",  # a byte too many
    "83a174a474657874a474657874a161a178d40000",  # an extension type
    "82a174a66a6f696e6564a46e616d65a4416e6120",  # a name that ends in a space
    "82a174a66a6f696e6564a46e616d65a6416ee280ae61",  # a name that turns the writing around
]


def body() -> Section:
    def one(raw: bytes) -> Section:
        decoded = decode_body(raw)
        if isinstance(decoded, Unsupported):
            return {"body": raw.hex(), "unsupported": decoded.kind}
        return {"body": raw.hex(), "fields": msgspec.to_builtins(decoded)}

    return {"bodies": [one(bytes.fromhex(raw)) for raw in STRANGE_BODIES]}


def event() -> Section:
    entries: list[Section] = []
    prev = FIRST_PREV
    for seq, body in enumerate(BODIES, 1):
        header = Header(room_id(SECRET), ANA.peer, seq, prev, (1_800_000_000_000 << 16) + seq, 0)
        entries.append(_event(header, body, fixed(f"nonce {seq}", 12)))
        prev = EventId(bytes.fromhex(entries[-1]["id"]))
    return {"seed": ANA.seed.hex(), "room_secret": SECRET.hex(), "events": entries}


def _event(header: Header, body: KnownBody, nonce: bytes) -> Section:
    raw = encode_body(body)
    sealed = _seal_body(KEYS.body, header.encode(), raw, nonce)
    identifier = compute_id(header, sealed)
    signature = ANA.sign(SIGNED_PREFIX + identifier)
    return {
        "room": header.room.hex(),
        "author": header.author.hex(),
        "seq": header.seq,
        "prev": header.prev.hex(),
        "hlc": header.hlc,
        "epoch": header.epoch,
        "header": header.encode().hex(),
        "body": raw.hex(),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
        "id": identifier.hex(),
        "signature": signature.hex(),
        "wire": Event(header, sealed, signature, identifier).encode().hex(),
    }


def signal() -> Section:
    ephemeral = X25519PrivateKey.from_private_bytes(fixed("ephemeral"))
    return {
        "sender_seed": ANA.seed.hex(),
        "receiver_seed": BO.seed.hex(),
        "ephemeral_private": fixed("ephemeral").hex(),
        "payloads": [
            {"payload": payload.hex(), "sealed": _seal_for(ANA, BO.peer, payload, ephemeral).hex()}
            for payload in (b"", b"an offer")
        ],
    }


def invitation() -> Section:
    later = RoomId(fixed("later room", 16))
    return {
        "rooms": [
            {
                "room_id": invite.room.hex(),
                "secret": invite.secret.hex(),
                "epoch": invite.epoch,
                "server": invite.server,
                "link": encode(invite),
            }
            for invite in (
                RoomInvite(room_id(SECRET), SECRET),
                RoomInvite(room_id(SECRET), SECRET, 0, "http://192.168.1.20:7700"),
                RoomInvite(room_id(SECRET), SECRET, 0, "http://[fe80::1]:7700"),
                RoomInvite(room_id(SECRET), SECRET, 0, "https://parlor.example.org"),
                RoomInvite(later, SECRET, 300, "mqtts://broker.example:8883/x"),
            )
        ],
        "tokens": [
            {
                "room_id": invite.room.hex(),
                "token": invite.token.hex(),
                "server": invite.server,
                "link": encode(invite),
            }
            for invite in (
                TokenInvite(later, fixed("token")),
                TokenInvite(later, fixed("token"), "https://parlor.example.org"),
            )
        ],
        "contacts": [
            {
                "peer_id": invite.peer.hex(),
                "name": invite.name,
                "server": invite.server,
                "link": encode(invite),
            }
            for invite in (
                ContactInvite(PeerId(ANA.peer), "Ana"),
                ContactInvite(PeerId(BO.peer), "B\u00f6", "http://10.0.0.1:7700"),
            )
        ],
    }


SECTIONS: dict[str, Callable[[], Section]] = {
    "identity": identity,
    "key_derivation": key_derivation,
    "room_keys": room_keys,
    "spoken_code": spoken_code,
    "body": body,
    "event": event,
    "governing": governing_sections.governing,
    "signal": signal,
    "invitation": invitation,
    "signal_content": link_sections.signal_content,
    "frame": link_sections.frame,
    "handshake": link_sections.handshake,
    "archive": archive_sections.archive,
}
"""Each is the content of the file of its name."""
