"""How the apps above teach this one about their documents, without being imported by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Version = Any
"""A ``DocumentVersion``; the models stand above this module and import it."""

Hook = Callable[[Version, datetime], None]
SentHook = Callable[[Version, Any, datetime], None]
"""Told who of our people sends the version for signature; may refuse with a ``DomainError``."""
EndedHook = Callable[[Version, Any, datetime], None]
"""Told the ``RequestState`` in which the signing ended, e.g. declined, cancelled, expired."""


@dataclass(frozen=True, kw_only=True)
class DocumentKind:
    """One kind of document: what it is called, and what follows when something happens to it.

    ``prefix`` begins its numbers ("SD" in SD-2026-0001). With ``to_confirm`` people do not
    sign a promise but confirm what was said. With ``code_required`` a signer
    must prove the e-mail address with a one-time code. What ``tells_money`` names prices: of
    our people only those read it who may see the project's money. ``answer_route`` (it takes
    ``link_id``) is where those who only read it say what they think. The hooks run inside the
    transaction that records the event. ``on_sent`` and ``on_ended`` run for each request for
    signatures, the others for a version once only. ``on_ended`` says that a request, or its
    draft, ended without the signatures; it must bear that what it would do is done already.
    """

    key: str
    title: str
    prefix: str
    signable: bool = False
    to_confirm: bool = False
    code_required: bool = False
    tells_money: bool = False
    answer_route: str = ""
    on_rendered: Hook | None = None
    on_signed: Hook | None = None
    on_sent: SentHook | None = None
    on_ended: EndedHook | None = None


@dataclass(frozen=True)
class EvidenceFinding:
    """What a check of the evidence found: ``ok`` and why, in plain words.

    ``line`` is the line of the verification that it belongs to: "evidence" or "log".
    """

    ok: bool
    text: str
    line: str = "evidence"


EvidenceCheck = Callable[[Version, dict[str, Any]], list[EvidenceFinding]]
"""Given a sealed version and the evidence found in its file, say what holds and what does not."""

VerificationListener = Callable[[Version, bool, datetime], None]
"""Told that somebody handed in the sealed file of a version, and whether it was found valid."""

_verification_listeners: list[VerificationListener] = []
_kinds: dict[str, DocumentKind] = {}
_evidence_checks: list[EvidenceCheck] = []


def register_kind(kind: DocumentKind) -> DocumentKind:
    """Make a kind known; its key must be new."""
    if kind.key in _kinds:
        raise ValueError(f"Document kind {kind.key!r} is registered twice.")
    _kinds[kind.key] = kind
    return kind


def kind_for(key: str) -> DocumentKind:
    """The kind with this key; KeyError if its app is not installed."""
    return _kinds[key]


def kinds_that_tell_money() -> frozenset[str]:
    """Keys of the kinds that not everybody in a project may read."""
    return frozenset(kind.key for kind in _kinds.values() if kind.tells_money)


def register_evidence_check(check: EvidenceCheck) -> EvidenceCheck:
    """Have ``check`` asked whenever a sealed file is verified, e.g. to recompute a chain."""
    _evidence_checks.append(check)
    return check


def evidence_checks() -> tuple[EvidenceCheck, ...]:
    return tuple(_evidence_checks)


def register_verification_listener(listener: VerificationListener) -> VerificationListener:
    """Have ``listener`` told of each sealed file of ours that is handed in."""
    _verification_listeners.append(listener)
    return listener


def verification_listeners() -> tuple[VerificationListener, ...]:
    return tuple(_verification_listeners)
