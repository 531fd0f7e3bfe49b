"""Errors in words: what happened and what to do. One table, code by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter

from app.domain.errors import AppError

_PEER_FAULT = (
    "A message from another member was not well formed and was left out. Their link was closed;"
    " it opens again by itself."
)
_OUR_FAULT = "This is a mistake in Parlor. Nothing that was sent is lost; details are in the log."

SENTENCES: Mapping[str, str] = {
    # The profile on this computer.
    "archive-damaged": "This export is damaged or cut off. Nothing was changed; use another copy.",
    "archive-newer": (
        "This backup is from a newer version of Parlor. Nothing was changed; update to read it."
    ),
    "no-notices": (
        "The list of what Parlor is made of is missing or damaged in {place}. Install Parlor again."
    ),
    "file-exists": "There is a file with this name already. Choose another name.",
    "file-unwritable": "The file could not be saved: {reason}. Choose another place.",
    "file-unreadable": "This file cannot be read. Check its path and its permissions.",
    "folder-missing": "This folder is not there. Make it first or choose another one.",
    "bad-update-source": (
        "A source is an https address with the key of who signs, like https://…#ed25519=…."
        " Copy all of it."
    ),
    "update-malformed": (
        "What came from the source is no statement on versions. Check its address, or ask whoever"
        " gave it to you."
    ),
    "update-signature": (
        "What came from the source was not signed by its owner. Believe nothing it says, and ask"
        " whoever gave you the source."
    ),
    "update-unreachable": "The source was not reached. Check the network and try again.",
    "update-source-unset": "Say first who is to be asked: paste a source and save it.",
    "bad-version": "This is no version of Parlor. Look at what was typed.",
    "passphrase-empty": "A passphrase has at least one character. Type one.",
    "passphrase-unset": "This profile has no passphrase. Set one first.",
    "bad-profile-name": "A profile's name has 1 to 32 letters, digits, spaces or hyphens.",
    "profile-exists": "There is a profile with this name already. Choose another name.",
    "unknown-profile": "This profile is no longer there. Choose another one.",
    "profile-locked": "This profile is locked. Unlock it to go on.",
    "profile-not-empty": "This profile has conversations already. Import into a new one.",
    "already-running": "Parlor is open already with this folder. Close the other one first.",
    "bad-call": "Another program called Parlor and said what it does not understand.",
    "database-closed": "Parlor is closing. Start it again to go on.",
    "database-corrupt": (
        "The message file in {folder} is damaged. It was left as it is; put a backup in its place."
    ),
    "database-locked": (
        "The message file does not open with the key of this profile. Nothing was changed."
    ),
    "database-newer": (
        "This profile was used by a newer version of Parlor. Nothing was changed. Update to"
        " open it."
    ),
    "disk-failed": "The disk reports a fault. Save what is dear to you and check the disk.",
    "disk-full": "The disk is full. Make some room and try again; nothing was lost.",
    "folder-read-only": "Parlor may not write to {folder}. Change its permissions and try again.",
    "path-too-long": "The path of this folder is too long. Choose a shorter one.",
    "keyring-locked": "The system's keyring is locked. Unlock it and start Parlor again.",
    "passphrase-needed": "This profile has a passphrase. Start Parlor with it to open the profile.",
    "passphrase-unreadable": "The file with the passphrase cannot be read. Check its path.",
    "vault-damaged": "The key file of this profile is damaged. Put a backup in its place.",
    "vault-exists": "There is a profile in this folder already. It was left as it is.",
    "vault-missing": "The key file of this profile is missing. Put it back to open the messages.",
    "vault-newer": (
        "This profile was made by a newer version of Parlor. Nothing was changed. Update to"
        " open it."
    ),
    "wrong-passphrase": "The passphrase is wrong. Type it again.",
    "clock-ahead": (
        "The clock of a member is {hours} hours ahead. What they wrote is shown when its time has"
        " come; nothing is lost."
    ),
    "notices-lost": "Some notices were left out ({count}), for nobody was reading them.",
    # What a person types or pastes.
    "bad-id": "This is not a valid id. Copy it again from where you found it.",
    "bad-name": "This name cannot be used. Type 1 to 64 visible characters.",
    "bad-server-url": "This is not the address of a server. It looks like http://name:8765.",
    "bad-url": "This is not the address of a server. It looks like http://name:8765.",
    "code-incomplete": "Some words of the code are missing. Type all of them.",
    "code-mistyped": "One of the words is mistyped. Compare the code word by word.",
    "code-unknown-word": "“{word}” is not a word of a room code. Check how it is spelled.",
    "invite-damaged": "A part of this link is missing or changed. Copy the whole link again.",
    "invite-malformed": "This is not an invitation. Paste a parlor: link or type a room code.",
    "invite-newer": "This invitation is from a newer version of Parlor. Update to use it.",
    "name-empty": "Please type a name.",
    "name-too-long": "This name is too long. Use at most 64 characters.",
    "bad-reaction": "A reaction is one emoji. Choose one from the list.",
    "text-empty": "There is nothing to send yet.",
    "text-too-long": "This is longer than one message can be (64 KiB). Send it in parts.",
    "topic-too-long": "This topic is too long. Use at most 500 characters.",
    "note-too-long": "These notes are too long. Use at most 4000 characters.",
    # People.
    "known-name-new-key": (
        "Somebody new goes by the name of a person you know, {name}. It may be an impostor: compare"
        " safety numbers before you trust them."
    ),
    "no-request": "This person is not waiting for your answer. Write to them instead.",
    "not-blocked": "This person is not blocked. There is nothing to undo.",
    "own-id": "This is you. Choose somebody else.",
    "peer-blocked": "You have blocked this person. Unblock them first to write to them.",
    # Conversations.
    "message-deleted": "This message was deleted. Nothing more can be done with it.",
    "not-a-message": "This can only be done with a message. Choose another line.",
    "not-yours": "Only its author can change or delete this message. Hide it for yourself instead.",
    "fork": (
        "A member signed two different histories of a room, which no honest Parlor does. The second"
        " was refused; ask them about it."
    ),
    "log-behind": (
        "You were here before, and your own messages are not back yet. Wait until another member"
        " is online."
    ),
    "not-implemented": "This version of Parlor cannot do that yet. Look for an update.",
    # Who governs a room.
    "already-member": "This person is in the room already.",
    "courier-full": "The courier's space is used up. New messages go out from here alone.",
    "courier-not-allowed": "This courier does not work for you. Ask whoever runs it to allow you.",
    "courier-not-one": "This is no courier. Start a program as one, and add that.",
    "courier-only": "This program is a courier: it has no rooms of its own.",
    "courier-refused": "The courier does not take this room. Ask whoever runs it, or add another.",
    "too-many-couriers": "A room has four couriers at most. Remove one first.",
    "unknown-courier": "This is no courier of this room.",
    "bad-rule": "This cannot be set for a room. Choose another value.",
    "invitation-gone": "This invitation is no longer valid. Ask for a new one.",
    "link-expired": "This link would have expired already. Choose a later time.",
    "not-a-group": "This is no room but a conversation. Only rooms have roles, rules and links.",
    "not-allowed": "Your role in this room does not allow that. Ask an admin or the owner.",
    "not-banned": "This person is not banned. Invite them to let them in.",
    "peer-banned": "This person is banned from the room. Readmit them first.",
    "room-left": "You have left this room. Join it again to write there.",
    "room-removed": "You are no longer a member of this room. Ask for an invitation.",
    "room-refused": "This link or invitation lets nobody in any more. Ask for a new one.",
    "room-waiting": "Nobody has let you in yet. It goes on when a member is online.",
    "unknown-invitation": "This invitation is no longer there. Ask for a new one.",
    "unknown-link": "This link or invitation is no longer valid. Look at the list again.",
    "unknown-member": "This person is not in the room any more. Look at the list again.",
    "not-renamable": "This conversation has no name of its own. Only rooms can be renamed.",
    "too-many-messages": "These are more than {most} messages. Select fewer of them.",
    "bad-picture": "This is no picture that others could see. Choose a PNG, JPEG or WebP file.",
    "picture-too-large": "This picture is too large to be sent. Choose a smaller one.",
    "unknown-picture": "This picture is not on this computer any more. Ask for it again.",
    "unknown-message": "This message is not on this computer. It may still be on its way.",
    "unknown-room": "This conversation is no longer there. Choose another one.",
    # Files.
    "bad-setting": "This cannot be set for files. Choose another value.",
    "file-too-large": "The disk cannot hold a file this large. Choose a folder on another disk.",
    "file-differs": "This is not what was offered, or not all of it. Choose the very same one.",
    "folder-unwritable": "Parlor may not write to this folder. Choose another one.",
    "lane-lost": "The connection for this file was lost. It goes on once there is another one.",
    "manifest-lost": "What Parlor knew of this file is gone. Locate it, or offer it again.",
    "not-a-folder": "This is not a folder. Choose one that files can be saved in.",
    "not-here": "This file is not here whole yet. Wait until all of it has come.",
    "not-there": "The file was moved, changed or deleted over there. Ask for it to be put back.",
    "offer-stopped": "This was called off before it was offered. Offer it again.",
    "own-transfer": "This is your own file. Only others can accept or decline it.",
    "source-gone": "This computer does not know where the file lies. Locate it.",
    "still-reading": "This file is being looked at already. Wait a moment.",
    "stalled": "Nothing came for a while. It goes on once the other side answers.",
    "target-changed": (
        "Something else lies where this file was being saved. Move it away, or save elsewhere."
    ),
    "target-gone": "The folder that this was being saved in is gone. Put it back, or cancel.",
    "transfer-not-accepted": "You have not accepted this file yet. Accept it first.",
    "transfer-started": "This file is coming into another folder already. Cancel that first.",
    "transfer-over": "This transfer is over already. Nothing more can be done with it.",
    "unknown-transfer": "This file is no longer known here. It may have been deleted.",
    "worker-unavailable": "The part of Parlor that moves files did not start. Try again.",
    "file-not-found": "This file is not there any more. Look where it has been moved to.",
    "no-microphone": "No microphone was found. Connect one and try again.",
    "microphone-refused": (
        "This system does not let Parlor use the microphone. Allow it in the privacy settings."
    ),
    "microphone-unusable": "The microphone did not start. Another program may be using it.",
    "microphone-lost": "The microphone is gone. What was recorded until then can still be sent.",
    "no-speaker": "No loudspeaker was found, so nothing can be heard. Connect one and try again.",
    "cannot-play": "This cannot be played here. Open it with another program.",
    "bad-media": "This is no film and no sound that is known here. Open it with another program.",
    "no-multimedia": "Sound and film need PySide6-Addons, which is not here. Install it first.",
    "bad-file-name": "A file has a name that is no text. Rename it and try again.",
    "not-a-file": "Only files and folders can be sent. Choose another one.",
    "source-changed": "This file has changed since it was offered. Put it back, or offer it anew.",
    "too-many-files": "This folder has more than {limit} files. Send it in parts or as an archive.",
    "stopped": "This was stopped before it was through. It can be begun again.",
    "no-direct-way": "No address of this computer answered. Another way is tried.",
    "no-webrtc-way": "The computers could not find each other. It is tried again by itself.",
    "no-relay": "No relay is known that answers. Add one in the settings.",
    "unknown-way": "The other side does not take this way.",
    "port-unavailable": "No port is free for a direct connection ({reason}). Another way is tried.",
    # Servers.
    "already-authenticated": _OUR_FAULT,
    "auth-failed": "The server did not accept our proof of identity. Check this computer's clock.",
    "bad-card": "The server did not accept our name card. Check this computer's clock.",
    "bad-ice-server": "This is no address of such a server. It looks like turn:name:3478.",
    "ice-server-login": "A relay needs a name and a password; a STUN server takes neither.",
    "too-many-ice-servers": "There may be {limit} servers at most. Remove one first.",
    "hosting-failed": "The server could not be started here. Another one may use the same port.",
    "internal": "The server had a fault of its own. Parlor tries again by itself.",
    "malformed": _OUR_FAULT,
    "no-server": "No server is online. Add one in the settings or host one here.",
    "not-authenticated": "The server forgot who we are. Parlor connects again by itself.",
    "payload-too-large": "This is too large for the server. Send it once there is a direct link.",
    "rate-limited": "The server asks us to slow down. Wait a moment and try again.",
    "room-full": "This room has as many people online as the server allows. Try again later.",
    "server-incompatible": "This server does not speak Parlor's language. Check its address.",
    "server-refused": "The server refused: {reason}. Try again or use another server.",
    "server-unreachable": "The server does not answer. Parlor keeps trying by itself.",
    "network-changed": "This computer is on another network now. Parlor looks around anew.",
    "signaling-lost": "The server does not answer. Conversations with a link go on without it.",
    "too-many-rooms": "The server allows no more rooms at once. Leave one, or use another server.",
    "unknown-event": "This server is older than this version of Parlor. Ask for it to be updated.",
    "no-answer": "The other side did not answer in time. It is tried again by itself.",
    "unknown-peer": "This person is not online at the moment. Try again when they are.",
    "unknown-server": "This server is no longer in the list. Add it again to use it.",
    # Links to people.
    "not-linked": "There is no connection to this person now. Try again when there is one.",
    "not-told": "This person's version does not tell what it can do. Ask them to update.",
    "link-failed": "No direct way to this person was found. Parlor keeps trying by itself.",
    "link-tampered": (
        "Somebody between you and this person changes the connection. It was refused; do not trust"
        " the server that introduced you."
    ),
    "signal-replayed": (
        "A server repeated old messages to pretend that somebody is there. They were refused;"
        " do not trust it."
    ),
    "signal-tampered": (
        "A server changed what another person sent to connect. It was refused; do not trust it."
    ),
    "unreachable": "This person cannot be reached right now. Messages wait here until they are.",
    "version-mismatch": "This person uses another version of Parlor. One of you must update.",
    "wrong-peer": "Somebody else answered in this person's place. The connection was refused.",
    "bad-signature": (
        "A message did not bear its author's signature. It was refused and is not shown."
    ),
    # Requests of programs; a window sees them only through our own mistake.
    "bad-json": _OUR_FAULT,
    "bad-log-level": "There is no such log level. Use debug, info, warning or error.",
    "bad-request": _OUR_FAULT,
    "internal-error": _OUR_FAULT,
    "line-too-long": _OUR_FAULT,
    "unknown-request": _OUR_FAULT,
}

PEER_FAULTS: Sequence[str] = (
    "bad-acknowledgement",
    "bad-answer",
    "bad-bulk-frame",
    "bad-certificate",
    "bad-description",
    "bad-message",
    "bad-packet",
    "bad-path",
    "bad-peer-id",
    "bad-piece-map",
    "bad-piece-size",
    "bad-proof",
    "bad-statement",
    "bad-token",
    "bad-topic",
    "event-malformed",
    "event-too-large",
    "event-version",
    "flood",
    "frame-malformed",
    "frame-too-large",
    "vector-too-large",
    "handshake-order",
    "manifest-malformed",
    "manifest-mismatch",
    "manifest-too-large",
    "parcel-malformed",
    "parcel-tampered",
    "signal-stale",
    "message-too-large",
    "not-binary",
    "offer-mismatch",
    "room-not-open",
    "seal-broken",
    "signal-malformed",
    "too-many-authors",
    "too-many-channels",
    "unasked-manifest",
    "unasked-piece",
    "unknown-channel",
    "wrong-digest",
    "wrong-room",
)
"""What another machine did wrong, in ways that mean the same to a person."""

UNKNOWN = "Something went wrong ({code}). Try again; if it stays, look into the log."
UNEXPECTED = "Something unexpected went wrong. Nothing that was sent is lost; see the log."


class _Forgiving(Formatter):
    """Leaves out what a sentence asks for and nobody gave."""

    def get_value(self, key: int | str, _args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "…")


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """What to tell a person about an error code and its values."""
    template = _PEER_FAULT if code in PEER_FAULTS else SENTENCES.get(code, UNKNOWN)
    return _Forgiving().vformat(template, (), {"code": code, **(params or {})})


def words_for(error: Exception) -> str:
    """What to tell a person about an error that reached the window."""
    return sentence(error.code, error.params) if isinstance(error, AppError) else UNEXPECTED
