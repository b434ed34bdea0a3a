from datetime import UTC, datetime
from types import SimpleNamespace

import django_filters
import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from implportal.accounts.models import User
from implportal.kernel.forms import PageForm
from implportal.kernel.money import MoneyField

ICON = '<svg class="ip-icon" aria-hidden="true"><use href="/static/img/icons.svg#i-{}"></use></svg>'


@pytest.fixture(autouse=True)
def _monday_noon(noon, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: noon)


def render(source, *, query="", **context):
    request = RequestFactory().get(f"/projects/?{query}")
    return Template("{% load components crispy_forms_tags %}" + source).render(
        Context({"request": request} | context)
    )


def test_icon_is_silent_unless_it_is_named():
    assert render('{% icon "bell" %}') == ICON.format("bell")
    assert render('{% icon "bell" label %}', label="News <1>") == (
        '<svg class="ip-icon" role="img" aria-label="News &lt;1&gt;">'
        '<use href="/static/img/icons.svg#i-bell"></use></svg>'
    )


def test_badge_carries_its_words_and_escapes_them():
    assert render("{% state_badge label 'done' %}", label="<b>") == (
        '<span class="ip-badge ip-tone-done">&lt;b&gt;</span>'
    )


@pytest.mark.parametrize(
    ("state", "tone"), [("DONE", "done"), ("WAITING", "waiting"), ("SOMETHING", "neutral")]
)
def test_state_has_a_tone(state, tone):
    assert render("{{ state|tone_of }}", state=state) == tone


def test_money_is_shown_with_its_currency_and_its_absence_as_a_dash():
    assert render('{{ 1250000|money:"EUR" }}') == "12,500.00\u00a0EUR"
    assert render('{{ nothing|money:"EUR" }}', nothing=None) == "–"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ines Example", "IE"), ("ines", "I"), ("Ana Maria da Silva", "AS"), ("", "?"), ("王", "王")],
)
def test_initials_are_of_the_first_and_the_last_word(name, letters):
    assert render("{{ name|initials }}", name=name) == letters


def test_moment_is_marked_up_for_machines_and_people(noon):
    assert render("{% when at %}", at=noon) == (
        '<time datetime="2026-03-02T12:00:00+00:00" title="Monday 2 March at 12:00">'
        "today at 12:00</time>"
    )
    assert render("{% when on %}", on=None) == "–"


@pytest.mark.parametrize(("day", "said"), [(5, "in 3 days"), (2, "today")])
def test_short_date_says_only_the_distance_where_it_is_near(day, said):
    shown = render("{% when on short=True %}", on=datetime(2026, 3, day, tzinfo=UTC).date())
    assert shown.endswith(f">{said}</time>")


def test_progress_is_a_real_progress_element():
    assert render('{% progress 3 12 "3 of 12" tone="done" %}') == (
        '<div class="ip-progress ip-tone-done"><progress value="3" max="12" aria-label="3 of 12">'
        "</progress><span>3 of 12</span></div>"
    )
    assert "<span>25 %</span>" in render("{% progress 3 12 %}")
    assert "<span>0 %</span>" in render("{% progress 0 0 %}")


def a_step(state, phase="PRESALES", **more):
    return SimpleNamespace(
        title="Survey",
        phase=phase,
        state=state,
        get_state_display=state.lower,
        due_on=None,
        **more,
    )


def test_life_line_leads_to_its_steps_and_gives_the_reason_of_a_waived_one():
    steps = [
        a_step("DONE", url="/survey/"),
        a_step("WAIVED", waived_reason="They know us & our house"),
    ]
    shown = " ".join(render("{% life_line steps %}", steps=steps).split())
    assert '<a href="/survey/" class="ip-life-step ip-tone-done ">' in shown
    assert "waived: They know us &amp; our house" in shown
    assert "2 of 2" in shown


def test_timeline_groups_by_day(noon):
    entries = [
        SimpleNamespace(at=at, actor_label="Ines Example", sentence="did it", subject_label="")
        for at in (noon, noon.replace(hour=9), noon.replace(day=1))
    ]
    shown = render("{% timeline entries %}", entries=entries)
    assert shown.count("<h3") == 2
    assert shown.count("<ol") == shown.count("</ol>") == 2
    assert shown.index("Today") < shown.index("Yesterday")


def test_block_components_keep_their_content_and_escape_their_words():
    shown = render(
        '{% card title=title icon="list" %}<b>{{ value }}</b>{% endcard %}',
        title="<Facts>",
        value="<i>",
    )
    assert "<h2>&lt;Facts&gt;</h2>" in shown
    assert "<b>&lt;i&gt;</b>" in shown


def test_page_header_has_the_h1_the_way_here_and_the_buttons():
    shown = " ".join(
        render(
            "{% page_header title=title breadcrumbs=crumbs %}<a>New</a>{% endpage_header %}",
            title="Project & co",
            crumbs=[("Projects", "/projects/"), ("IP-2026-0007", "")],
        ).split()
    )
    assert "<h1>Project &amp; co</h1>" in shown
    assert '<li><a href="/projects/">Projects</a></li> <li>IP-2026-0007</li>' in shown
    assert '<div class="ip-head-actions"><a>New</a></div>' in shown


def test_empty_state_without_a_button_has_no_room_for_one():
    shown = render('{% empty_state title="No projects" %}{% endempty_state %}')
    assert "No projects" in shown
    assert "ip-empty-action" not in shown


@pytest.mark.parametrize(
    ("sort", "aria", "href"),
    [
        ("name", ' aria-sort="ascending"', "?q=a&amp;sort=-name"),
        ("-name", ' aria-sort="descending"', "?q=a&amp;sort=name"),
        ("code", "", "?q=a&amp;sort=name"),
    ],
)
def test_sort_header_turns_the_order_round_and_keeps_the_filters(sort, aria, href):
    shown = render('{% sort_header "Name" "name" %}', query="q=a&page=4", sort=sort)
    assert shown.startswith(f'<th scope="col"{aria}><a class="ip-sort" href="{href}">Name<svg')


def test_sort_header_of_numbers_stands_to_the_right():
    assert render('{% sort_header "Value" "value" numeric=True %}').startswith(
        '<th scope="col" class="ip-num">'
    )


def test_pagination_says_what_is_shown_and_keeps_the_filters():
    page = Paginator(range(312), 25).get_page(4)
    shown = " ".join(render("{% pagination page %}", query="q=a&page=4", page=page).split())
    assert "76–100 of 312" in shown
    assert '<a href="?q=a&amp;page=3" rel="prev">' in shown
    assert '<a href="?q=a&amp;page=5" rel="next">' in shown
    assert '<a href="?q=a&amp;page=4" aria-current="page">' in shown
    assert '<span aria-current="true">25</span> <a href="?q=a&amp;per_page=50">50</a>' in shown


def test_pagination_of_one_page_offers_no_others():
    shown = render("{% pagination page %}", page=Paginator(range(3), 25).get_page(1))
    assert "1–3 of 3" in shown
    assert "<a " not in shown
    assert not render("{% pagination page %}", page=Paginator([], 25).get_page(1)).strip()


def test_export_is_of_what_is_filtered():
    shown = render("{% export_menu %}", query="q=a&page=4")
    assert 'href="?q=a&amp;export=xlsx"' in shown
    assert 'href="?q=a&amp;export=csv"' in shown


def test_confirm_button_asks_and_posts_with_the_token():
    shown = " ".join(
        render(
            '{% confirm_button "/cancel/" "Cancel it" question "danger" %}',
            question="Really <cancel>?",
            csrf_token="t0ken",
        ).split()
    )
    assert "<p>Really &lt;cancel&gt;?</p>" in shown
    assert '<form method="post" action="/cancel/">' in shown
    assert 'name="csrfmiddlewaretoken" value="t0ken"' in shown
    assert '<button class="btn btn-danger">Cancel it</button>' in shown


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Search people")
    role = django_filters.ChoiceFilter(choices=[("A", "Administrator")], label="Role")
    due = django_filters.DateFromToRangeFilter(label="Due")

    class Meta:
        model = User
        fields = []


def bar(query):
    request = RequestFactory().get(f"/projects/?{query}")
    people = PersonFilter(request.GET, queryset=User.objects.none())
    return " ".join(render("{% filter_bar filter %}", query=query, filter=people).split())


def test_filter_bar_keeps_the_order_and_the_page_size_but_not_the_page():
    shown = bar("q=ab&sort=-name&per_page=50&page=3")
    assert '<input type="hidden" name="sort" value="-name">' in shown
    assert '<input type="hidden" name="per_page" value="50">' in shown
    assert 'name="page"' not in shown
    assert 'name="q" value="ab" placeholder="Search people"' in shown


def test_filter_bar_gives_both_ends_of_a_range_a_name_and_a_calendar():
    shown = bar("")
    assert "<legend>Due</legend>" in shown
    assert shown.count('type="date"') == 2
    assert 'aria-label="Due, from"' in shown
    assert 'aria-label="Due, up to"' in shown


def test_filter_bar_shows_what_the_list_is_filtered_by():
    shown = bar("role=A&sort=name")
    assert '<a class="ip-chip" href="?sort=name"><span>Role</span> <b>Administrator</b>' in shown
    assert '<a href="/projects/">Clear all</a>' in shown
    assert "Clear all" not in bar("")


def test_filter_bar_opens_where_a_filter_is_not_valid():
    assert '<details class="ip-menu ip-filters-more" open>' in bar("role=Z")
    assert "ip-field-error" in bar("role=Z")
    assert '<details class="ip-menu ip-filters-more">' in bar("role=A")


class PaymentForm(PageForm):
    amount = MoneyField(currency="EUR")
    note = forms.CharField(required=False, help_text="For us alone.")


def test_form_marks_what_is_optional_and_shows_the_currency_in_the_field():
    shown = " ".join(render("{% crispy form %}", form=PaymentForm()).split())
    assert shown.count("ip-optional") == 1
    assert 'Note <span class="ip-optional">(optional)</span>' in shown
    assert '<span class="input-group-text">EUR</span>' in shown
    assert "ip-errors" not in shown


def test_refused_form_says_it_at_the_top_and_at_the_field():
    form = PaymentForm({"amount": ""})
    form.add_error(None, "The project is closed.")
    shown = " ".join(render("{% crispy form %}", form=form).split())
    assert shown.count("ip-errors") == render("{% form_errors form %}", form=form).count(
        "ip-errors"
    )
    assert "<li>The project is closed.</li>" in shown
    assert '<a href="#id_amount">Amount</a>: This field is required.' in shown
    assert '<div id="id_amount_error">' in shown
    assert 'aria-describedby="id_amount_error"' in shown
