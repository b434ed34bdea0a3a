"""Our components. The gallery page shows each of them with the line that makes it."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from django import forms, template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from implportal.kernel.chips import SEARCH_NAMES, active_chips
from implportal.kernel.money import format_money
from implportal.kernel.steps import draw_phases
from implportal.kernel.views import PAGE_SIZES
from implportal.kernel.when import (
    local_date,
    say_date,
    say_distance,
    say_short_date,
    say_time,
    say_when,
)

register = template.Library()

SPRITE = "img/icons.svg"

TONES = {
    "IN_PROGRESS": "info",
    "RUNNING": "info",
    "IN_REVIEW": "info",
    "SENT": "info",
    "SIGNING": "waiting",
    "WAITING": "waiting",
    "SUSPENDED": "waiting",
    "DONE": "done",
    "SIGNED": "done",
    "COMPLETED": "done",
    "PAID": "done",
    "READY": "done",
    "CLOSED": "done",
    "LOST": "danger",
    "CANCELLED": "danger",
    "DECLINED": "danger",
    "FAILED": "danger",
    "SEAL_FAILED": "danger",
    "BOUNCED": "danger",
    "OVERDUE": "danger",
}


@register.simple_tag(name="icon")
def draw_icon(name: str, label: str = "", *, large: bool = False) -> SafeString:
    """An icon of the sprite; silent to screen readers unless it has a ``label``."""
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"></use></svg>',
            "ip-icon ip-icon-l" if large else "ip-icon",
            label,
            staticfiles_storage.url(SPRITE),
            name,
        )
    return _silent_icon(name, staticfiles_storage.url(SPRITE), large=large)


@lru_cache(maxsize=512, typed=True)
def _silent_icon(name: str, sprite: str, *, large: bool) -> SafeString:
    """A page draws some forty, of which most are on every page."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        "ip-icon ip-icon-l" if large else "ip-icon",
        sprite,
        name,
    )


@register.simple_tag
def state_badge(label: str, tone: str = "neutral") -> SafeString:
    return format_html('<span class="ip-badge ip-tone-{}">{}</span>', tone, label)


@register.filter
def tone_of(state: str) -> str:
    """The tone of a stored state; neutral for one that we do not know."""
    return TONES.get(str(state), "neutral")


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """``12,500.00 EUR`` from minor units; a dash where there is no amount."""
    return "–" if amount_minor is None else format_money(amount_minor, currency)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word."""
    words = str(name).split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"


@register.simple_tag
def avatar(name: str, *, large: bool = False) -> SafeString:
    """Initials in a circle; the name itself stands beside it."""
    return format_html(
        '<span class="ip-avatar{}" aria-hidden="true">{}</span>',
        " ip-avatar-l" if large else "",
        initials(name),
    )


@register.simple_tag
def when(value: Any, *, short: bool = False) -> SafeString | str:
    """A date or moment in words; ``short`` leaves the date to the tooltip where it is near."""
    if not value:
        return "–"
    today = timezone.localdate()
    day = local_date(value)
    said = say_when(value, today=today)
    full = say_date(day, today=today)
    if isinstance(value, datetime):
        full = _("%(day)s at %(time)s") % {"day": full, "time": say_time(value)}
    if short:
        said = say_distance(day, today=today) or say_short_date(day, today=today)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, said)


@register.filter
def day_month_year(value: date | datetime | None) -> str:
    """A date as in a column of dates, "2 Mar 2026"; a dash where there is none."""
    return _day_month_year(local_date(value), get_language()) if value else "–"


@lru_cache(maxsize=4096)
def _day_month_year(value: date, _language: str) -> str:
    """Django's own formatting reads the format anew, a hundred calls for each line."""
    return date_format(value, _("j M Y"))


@register.simple_tag
def progress(
    value: float, maximum: float = 100, label: str = "", *, tone: str = "info"
) -> SafeString:
    """How much of something is done; ``label`` is shown, and read out with the bar."""
    share = round(100 * value / maximum) if maximum else 0
    return format_html(
        '<div class="ip-progress ip-tone-{}"><progress value="{}" max="{}" aria-label="{}">'
        "</progress><span>{}</span></div>",
        tone,
        value,
        maximum or 1,
        label or _("Progress"),
        label or f"{share} %",
    )


@register.inclusion_tag("components/life_line.html")
def life_line(steps: Any) -> dict:
    """The seventeen activities: a bar and their list. For lines of a list see ``life_bar``."""
    return {"phases": draw_phases(steps, today=timezone.localdate())}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Any) -> dict:
    """Audit entries by day, newest first as they are given."""
    return {"entries": entries, "today": timezone.localdate()}


@register.filter
def day_in_words(value: datetime) -> str:
    """The day of a moment: "today", "yesterday", or the date."""
    today = timezone.localdate()
    day = local_date(value)
    return (
        say_distance(day, today=today)
        if abs((day - today).days) <= 1
        else say_date(day, today=today)
    )


# --- Components with content -----------------------------------------------------------


@register.simple_block_tag
def page_header(content: str, title: str, subtitle: str = "", breadcrumbs: Any = ()) -> SafeString:
    """The one h1 of a page; the content is its buttons. Crumbs are (label, address) pairs."""
    return _render("page_header", content, title=title, subtitle=subtitle, breadcrumbs=breadcrumbs)


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    icon: str = "",
    link: str = "",
    link_label: str = "",
    *,
    flush: bool = False,
    id: str = "",  # noqa: A002 - the attribute's name
) -> SafeString:
    """A box with a heading; ``flush`` for tables and lines that reach its edges."""
    return _render(
        "card",
        content,
        title=title,
        icon=icon,
        link=link,
        link_label=link_label or _("Show all"),
        flush=flush,
        id=id,
    )


@register.simple_block_tag
def empty_state(content: str, title: str, text: str = "", icon: str = "inbox") -> SafeString:
    """What belongs here, and (the content) the button that makes the first one."""
    return _render("empty_state", content, title=title, text=text, icon=icon)


def _render(name: str, content: str, **context: Any) -> SafeString:
    return mark_safe(  # noqa: S308 - our own template
        render_to_string(
            f"components/{name}.html", context | {"content": conditional_escape(content).strip()}
        )
    )


# --- Lists -----------------------------------------------------------------------------


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: Any, filterset: Any) -> dict:
    """Search box, filters and chips of a django-filter FilterSet."""
    query = context["request"].GET
    names = list(filterset.form.fields)
    search = next((name for name in SEARCH_NAMES if name in names), None)
    fields = [filterset.form[name] for name in names if name != search]
    for field in fields:
        _prepare_filter(field)
    return {
        "search": filterset.form[search] if search else None,
        "fields": [(field, isinstance(field.field.widget, GROUPS)) for field in fields],
        "chips": active_chips(filterset, query),
        "kept": [(key, query[key]) for key in ("sort", "per_page") if key in query],
        "path": context["request"].path,
        "errors": filterset.form.errors,
        "is_open": bool(filterset.form.errors),
    }


GROUPS = (forms.MultiWidget, forms.RadioSelect, forms.CheckboxSelectMultiple)
"""Several inputs under one name: a <fieldset>, not a <label>."""


def _prepare_filter(field: Any) -> None:
    """Give date filters the browser's calendar, and both ends of a range a name."""
    widget = field.field.widget
    parts = widget.widgets if isinstance(widget, forms.MultiWidget) else [widget]
    kinds = getattr(field.field, "fields", [field.field])
    for part, kind in zip(parts, kinds, strict=False):
        if isinstance(kind, forms.DateField):
            part.input_type, part.format = "date", "%Y-%m-%d"
    if len(parts) == 2:  # noqa: PLR2004 - from, to
        for part, name in zip(parts, (_("from"), _("up to")), strict=True):
            part.attrs["aria-label"] = f"{field.label}, {name}"


@register.simple_tag(takes_context=True)
def sort_header(context: Any, label: str, name: str, *, numeric: bool = False) -> SafeString:
    """A <th> that sorts by ``name``; a second click turns the order round."""
    now = context.get("sort", "")
    is_down = now == f"-{name}"
    is_up = now == name
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{name}" if is_up else name
    state = "descending" if is_down else "ascending" if is_up else ""
    icon = {"descending": "arrow-down", "ascending": "arrow-up", "": "arrows-sort"}[state]
    return format_html(
        '<th scope="col"{}{}><a class="ip-sort" href="?{}">{}{}</a></th>',
        mark_safe(' class="ip-num"') if numeric else "",
        format_html(' aria-sort="{}"', state) if state else "",
        query.urlencode(),
        label,
        draw_icon(icon),
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Any, page: Any) -> dict:
    """Which rows are shown of how many, the other pages, and how many on a page."""
    address = partial(_query_with, context["request"])
    paginator = page.paginator
    return {
        "page": page,
        "total": paginator.count,
        "numbers": [
            (number, address(page=number) if isinstance(number, int) else "")
            for number in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        ],
        "previous": address(page=page.number - 1) if page.has_previous() else "",
        "next": address(page=page.number + 1) if page.has_next() else "",
        "sizes": [(size, address(per_page=size, page=None)) for size in PAGE_SIZES],
    }


@register.inclusion_tag("components/export_menu.html", takes_context=True)
def export_menu(context: Any) -> dict:
    """Exactly what is filtered, as a spreadsheet or as CSV."""
    address = partial(_query_with, context["request"], page=None)
    return {"xlsx": address(export="xlsx"), "csv": address(export="csv")}


def _query_with(request: Any, **changes: Any) -> str:
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value
    return f"?{query.urlencode()}"


# --- Forms -----------------------------------------------------------------------------


@register.inclusion_tag("components/confirm_button.html", takes_context=True)
def confirm_button(  # noqa: PLR0917 - one tag, seven words
    context: Any,
    url: str,
    label: str,
    question: str,
    tone: str = "",
    icon: str = "",
    answer: str = "",
) -> dict:
    """A button that asks first and then posts to ``url``; ``answer`` names the second button."""
    return {
        "csrf_token": context.get("csrf_token", ""),
        "url": url,
        "label": label,
        "question": question,
        "tone": tone,
        "icon": icon,
        "answer": answer or label,
    }


@register.inclusion_tag("partials/_form_errors.html")
def form_errors(form: Any) -> dict:
    """What keeps a form from being saved, each with a link to its field."""
    return {"form": form}
