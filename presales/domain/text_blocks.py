"""Texts that are written once: kept with their history, found and put into sections."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.documents.markdown import image_digests, to_html
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.models import Project
from presales.models import TextBlock, TextBlockVersion
from presales.permissions import may_edit_templates

FOUND_AT_ONCE = 10

BLOCK_WRITTEN = Action(
    "presales.block_written", gettext_lazy("wrote version %(version)s of the block “%(title)s”")
)
BLOCK_RETIRED = Action("presales.block_retired", gettext_lazy("retired the block “%(title)s”"))
BLOCK_TAKEN_UP = Action(
    "presales.block_taken_up", gettext_lazy("took up the block “%(title)s” again")
)


class TitleIsTaken(DomainError):
    """People choose by the title, so each has its own."""


class HoldsPicture(DomainError):
    """Pictures belong to one project, and a block to all."""


class SomebodyWasFaster(DomainError):
    """It was saved since this person began to write."""


@transaction.atomic
def save_block(
    *,
    block: TextBlock | None,
    title: str,
    markdown: str,
    actor: User,
    at: datetime,
    field_of_business: FieldOfBusiness | None = None,
    product: Product | None = None,
    lock_version: int = 0,
) -> TextBlock:
    """Write a new block, or the next version of one; solutions keep what they took.

    Raises:
        NotAllowed: ``actor`` does not keep the company's texts.
        HoldsPicture, TitleIsTaken.
        SomebodyWasFaster: ``lock_version`` is not what is there; nothing is changed.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    if image_digests(to_html(markdown)):
        raise HoldsPicture(
            _("A picture belongs to one project. Take it out here and add it in the section.")
        )
    if block is None:
        block = TextBlock(lock_version=0)
    else:
        block = TextBlock.objects.select_for_update(of=("self",)).get(pk=block.pk)
        if block.lock_version != lock_version:
            raise SomebodyWasFaster(
                _("%(name)s saved this block while you were writing. Copy your text and reload.")
                % {"name": block.changed_by.name}
            )
    wanted = {
        "title": title.strip(),
        "markdown": markdown.replace("\r\n", "\n").strip(),
        "field_of_business": field_of_business,
        "product": product,
    }
    is_new_text = (block.title, block.markdown) != (wanted["title"], wanted["markdown"])
    for name, value in wanted.items():
        setattr(block, name, value)
    block.lock_version += is_new_text
    block.changed_at, block.changed_by = at, actor
    try:
        with transaction.atomic():
            block.save()
    except IntegrityError as error:
        raise TitleIsTaken(_("Another block has this title.")) from error
    if is_new_text:
        TextBlockVersion.objects.create(
            block=block,
            number=block.lock_version,
            title=block.title,
            markdown=block.markdown,
            written_at=at,
            written_by=actor,
        )
        _record(BLOCK_WRITTEN, block, actor=actor, at=at, version=block.lock_version)
    return block


@transaction.atomic
def retire_block(*, block: TextBlock, is_retired: bool, actor: User, at: datetime) -> TextBlock:
    """Offer a block no longer, or again.

    Raises:
        NotAllowed: ``actor`` does not keep the company's texts.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    block = TextBlock.objects.select_for_update(of=("self",)).get(pk=block.pk)
    if block.is_retired != is_retired:
        block.is_retired = is_retired
        block.save(update_fields=["is_retired"])
        _record(BLOCK_RETIRED if is_retired else BLOCK_TAKEN_UP, block, actor=actor, at=at)
    return block


def search_blocks(queryset: QuerySet[TextBlock], words: str) -> QuerySet[TextBlock]:
    """Narrow to blocks that hold every word, in title or text."""
    for word in words.split()[:10]:
        queryset = queryset.filter(Q(title__icontains=word) | Q(markdown__icontains=word))
    return queryset


def blocks_for(project: Project, words: str) -> list[TextBlock]:
    """Return what may fit, best first: of the project's products, of its field, of all. One query.

    Blocks of other products and fields are found by their words alone.
    """
    products, field = project.products.all(), project.customer.field_of_business_id
    fits = Q(product=None) | Q(product__in=products)
    blocks = search_blocks(TextBlock.objects.filter(is_retired=False), words)
    if not words.strip():
        blocks = blocks.filter(fits, Q(field_of_business=None) | Q(field_of_business=field))
    rank = Case(
        When(product__in=products, then=Value(0)),
        When(field_of_business=field, field_of_business__isnull=False, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return list(
        blocks.select_related("product", "field_of_business")
        .annotate(rank=rank)
        .order_by("rank", "title", "pk")[:FOUND_AT_ONCE]
    )


def with_block(text: str, block: TextBlock) -> str:
    """Return the text with the block below it, as a paragraph of its own."""
    return f"{text.rstrip()}\n\n{block.markdown}".lstrip("\n")


def _record(action: Action, block: TextBlock, *, actor: User, at: datetime, **details: int) -> None:
    record(
        action,
        subject=block,
        actor=actor,
        at=at,
        project=None,
        details={"title": block.title, **details},
    )
