"""Putting things on record, and proving later that the record is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from implportal.audit.models import Chain, ChainCheck, Entry
from implportal.audit.registry import Action

PREFIX = b"implportal-audit-1\n"
"""Keeps these hashes apart from any other use of SHA-256 over the same text."""

SYSTEM_CHAIN = "system"


def record(
    action: Action,
    *,
    subject: models.Model,
    actor: models.Model | None,
    at: datetime,
    project: models.Model | None = None,
    details: dict[str, object] | None = None,
    actor_name: str = "",
    chain: str | None = None,
) -> Entry:
    """Write one audit entry in the transaction of the change that it describes.

    ``actor`` is None when a customer (then ``actor_name`` says who) or the portal
    itself acted. ``details`` holds plain values, never secrets. The entry joins the
    chain of its project unless another ``chain`` is named; the chain's row stays
    locked until the transaction ends, so this is the last thing a write does.

    Raises:
        RuntimeError: called outside a transaction (entry and change could part).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record must share the transaction of the change")
    head = _locked(chain or (_name_of(project) if project else SYSTEM_CHAIN))
    entry = Entry(
        chain=head,
        sequence=head.length + 1,
        at=at,
        action=action.key,
        actor=actor,
        actor_name=(actor_name or (str(actor) if actor else ""))[:200],
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        project_id=project.pk if project else None,
        # What the database gives back is what is hashed: dates become text here.
        details=json.loads(json.dumps(details or {}, cls=DjangoJSONEncoder, default=str)),
        previous_hash=head.head,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    Chain.objects.filter(pk=head.pk).update(length=entry.sequence, head=entry.hash)
    return entry


def hold_record(project: models.Model) -> None:
    """Lock the chain of a project before rows that are locked after something went on record.

    Else who locks such a row first and puts that on record, and who has put something on
    record and comes to that row, wait for each other.
    """
    _locked(_name_of(project))


def _name_of(project: models.Model) -> str:
    return f"project:{project.pk}"


def _locked(name: str) -> Chain:
    Chain.objects.get_or_create(name=name)
    return Chain.objects.select_for_update().get(name=name)


def record_once(
    action: Action,
    *,
    subject: models.Model,
    actor: models.Model,
    at: datetime,
    project: models.Model,
    details: dict[str, object],
    within: timedelta = timedelta(hours=1),
) -> None:
    """Put on record what repeats while somebody writes, unless they are on record already.

    Who goes on writing is on record once ``within`` this time, not with every save.
    """
    said = Entry.objects.of_project(project.pk).of_subject(subject)
    if not said.filter(action=action.key, actor=actor, at__gt=at - within).exists():
        record(action, subject=subject, actor=actor, at=at, project=project, details=details)


def content_of(entry: Entry) -> dict[str, Any]:
    """Everything that ``entry`` says, as it is hashed and as it is handed to others."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "subject": [entry.subject_type_id, entry.subject_id, entry.subject_label],
        "project": entry.project_id,
        "details": entry.details,
        "previous": entry.previous_hash,
    }


def hash_of_content(content: dict[str, Any]) -> str:
    """Return the SHA-256 over what an entry says, in which the previous hash is included."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(PREFIX + text.encode()).hexdigest()


def hash_of(entry: Entry) -> str:
    """Return the SHA-256 that ``entry`` must carry: over its content and the previous hash."""
    return hash_of_content(content_of(entry))


def broken_at(chain: Chain) -> int | None:
    """Return the first sequence number of ``chain`` that does not fit, or None if it is whole.

    An edited, missing, added or reordered entry does not fit; neither does an end that
    differs from what the chain's own row says. The chain may grow meanwhile. Reads entry
    by entry: memory does not grow with the chain.
    """
    previous, length = "", 0
    while True:
        for entry in chain.entries.filter(sequence__gt=length).order_by("sequence").iterator():
            whole = (
                entry.sequence == length + 1
                and entry.previous_hash == previous
                and entry.hash == hash_of(entry)
            )
            if not whole:
                return length + 1
            previous, length = entry.hash, entry.sequence
        # Read after the entries, so an honest row is never behind them.
        chain.refresh_from_db(fields=["length", "head"])
        if chain.length == length:
            return None if chain.head == previous else length + 1
        if chain.length < length or not chain.entries.filter(sequence__gt=length).exists():
            return min(chain.length, length) + 1


def check_chains(*, at: datetime, on_broken: Callable[[str, int], None]) -> ChainCheck:
    """Recompute every chain and keep what was found; ``on_broken`` hears of each at once.

    No chain is ever removed, so fewer chains than at the check before are a finding too.
    """
    last = ChainCheck.objects.newest()
    found: list[dict[str, Any]] = []
    chains = entries = 0
    for chain in Chain.objects.order_by("pk").iterator():
        sequence = broken_at(chain)
        chains, entries = chains + 1, entries + chain.length
        if sequence is not None:
            found.append({"chain": chain.name, "sequence": sequence})
            on_broken(chain.name, sequence)
    return ChainCheck.objects.create(
        at=at,
        chains=chains,
        entries=entries,
        missing=max(0, last.chains + last.missing - chains) if last else 0,
        broken=found,
    )
