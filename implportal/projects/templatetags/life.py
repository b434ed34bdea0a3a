from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from implportal.kernel.steps import DrawnPhase, DrawnStep, look_of
from implportal.kernel.templatetags.components import draw_bar
from implportal.projects.domain.lives import Life
from implportal.projects.models import Step
from implportal.projects.registry import ACTIVITIES

register = template.Library()


@register.simple_tag
def life_bar(life: Life) -> SafeString:
    """A thin bar of the seventeen activities for a line of a list; see ``attach_lives``."""
    return _bar(life, get_language())


@lru_cache(maxsize=2048)
def _bar(life: Life, _language: str) -> SafeString:
    """Most projects stand where another one stands, so most bars are drawn already."""
    phases = []
    for phase, members in groupby(life, key=lambda one: ACTIVITIES[one[0]].phase):
        steps = [_draw(*one) for one in members]
        phases.append(DrawnPhase(title=phase, steps=steps))
    return draw_bar(phases)


def _draw(key: str, state: str, is_late: bool) -> DrawnStep:
    tone, icon, css = look_of(state, is_late=is_late)
    return DrawnStep(
        title=str(ACTIVITIES[key].title),
        state=state,
        state_label=str(Step.State(state).label),
        tone=tone,
        icon=icon,
        css=css,
        url="",
        due_on=None,
        waived_reason="",
        is_late=is_late,
    )
