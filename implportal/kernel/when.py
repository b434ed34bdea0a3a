"""Dates as people say them: "today", "in 3 days, Thursday 26 November"."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NEAR_DAYS = 30
"""Further away, the number of days says less than the date."""


def local_date(value: date | datetime) -> date:
    """Return the day of ``value``, a moment's in the reader's time zone."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def say_date(value: date, *, today: date) -> str:
    """Return weekday, day and month, and the year where it is not this one."""
    if value.year == today.year:
        return date_format(value, _("l j F"))
    return date_format(value, _("l j F Y"))


def say_short_date(value: date, *, today: date) -> str:
    """Return day and month as in a column of dates, and the year where it is not this one."""
    return date_format(value, _("j M") if value.year == today.year else _("j M Y"))


def say_distance(value: date, *, today: date) -> str:
    """Return "today", "in 3 days", "5 days ago"; empty beyond ``NEAR_DAYS``."""
    days = (value - today).days
    if abs(days) > NEAR_DAYS:
        return ""
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def say_when(value: date | datetime, *, today: date) -> str:
    """Return ``value`` in words; a moment comes with its time of day."""
    day = local_date(value)
    distance = say_distance(day, today=today)
    if abs((day - today).days) <= 1:
        said = distance
    elif distance:
        said = _("%(distance)s, %(date)s") % {
            "distance": distance,
            "date": say_date(day, today=today),
        }
    else:
        said = say_date(day, today=today)
    if not isinstance(value, datetime):
        return said
    return _("%(day)s at %(time)s") % {"day": said, "time": say_time(value)}


def say_time(value: datetime) -> str:
    """Return the time of day in the reader's time zone."""
    return date_format(timezone.localtime(value), "H:i")
