from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from implportal.kernel.steps import DrawnPhase, DrawnStep, look_of
from implportal.kernel.templatetags.components import state_badge, tone_of
from implportal.projects.domain.lives import Life
from implportal.projects.models import Phase, Project, State, Step
from implportal.projects.registry import ACTIVITIES

register = template.Library()


@register.simple_tag
def standing(project: Project) -> SafeString:
    """The phase of a project that goes on, the state of one that does not, as a badge."""
    return _standing(project.phase, project.state, get_language())


@lru_cache(maxsize=256)
def _standing(phase: str, state: str, _language: str) -> SafeString:
    if state == State.RUNNING:
        return state_badge(Phase(phase).label, "info")
    return state_badge(State(state).label, tone_of(state))


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
    return _draw_bar(phases)


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


def _draw_bar(phases: list[DrawnPhase]) -> SafeString:
    """The thin bar alone; what it shows is said to screen readers."""
    every = [step for phase in phases for step in phase.steps]
    current = [step.spoken for step in every if step.is_current]
    label = _("%(settled)s of %(all)s steps settled") % {
        "settled": sum(step.is_settled for step in every),
        "all": len(every),
    }
    spoken = ". ".join([label, *current[:3]])
    return format_html(
        '<span class="ip-life-bar ip-life-compact" role="img" aria-label="{}" title="{}">{}</span>',
        spoken,
        spoken,
        format_html_join(
            "",
            '<span class="ip-grow-{}">{}</span>',
            (
                (
                    min(len(phase.steps), 7),
                    format_html_join(
                        "", '<i class="ip-tone-{} {}"></i>', ((s.tone, s.css) for s in phase.steps)
                    ),
                )
                for phase in phases
            ),
        ),
    )
