"""What is asked wherever somebody turns up: who they are to us, and what we tell them."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.contact_book import ContactBook
from app.services.go_between import GoBetween
from app.services.identity_watch import IdentityWatch
from app.services.presence_service import PresenceService
from app.services.privacy import Privacy


@dataclass(frozen=True, slots=True)
class Circle:
    contacts: ContactBook
    privacy: Privacy
    presence: PresenceService
    watch: IdentityWatch
    between: GoBetween
