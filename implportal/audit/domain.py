"""Putting things on record, and proving later that the record is whole."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from implportal.audit.models import Chain, Entry
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
    name = chain or (f"project:{project.pk}" if project else SYSTEM_CHAIN)
    Chain.objects.get_or_create(name=name)
    head = Chain.objects.select_for_update().get(name=name)
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


def hash_of(entry: Entry) -> str:
    """Return the SHA-256 that ``entry`` must carry: over its content and the previous hash."""
    content = {
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
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(PREFIX + text.encode()).hexdigest()


def broken_at(chain: Chain) -> int | None:
    """Return the first sequence number of ``chain`` that does not fit, or None if it is whole.

    An edited, missing, added or reordered entry does not fit; neither does an
    end that differs from what the chain's own row says.
    """
    previous, expected = "", 1
    for entry in chain.entries.order_by("sequence").iterator():
        whole = (
            entry.sequence == expected
            and entry.previous_hash == previous
            and entry.hash == hash_of(entry)
        )
        if not whole:
            return expected
        previous, expected = entry.hash, expected + 1
    return None if (previous, expected - 1) == (chain.head, chain.length) else expected
