import pytest

from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import Member
from presales.domain.surveys import start_survey
from presales.domain.surveys_preparation import (
    MOST_ITEMS,
    NotOwnItem,
    TooManyItems,
    add_preparation,
    remove_preparation,
    tick_preparation,
)
from presales.models import Preparation
from presales.tests.factories import SurveyFactory, TemplateQuestionFactory
from presales.tests.factories_surveys import PreparationFactory, PreparationItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    return SurveyFactory(project__implementation_manager=ines)


def test_a_survey_gets_the_list_of_its_template(survey, ines, noon):
    template = TemplateQuestionFactory().section.template
    for text in ("Read their report", "Know who is coming"):
        PreparationItemFactory(template=template, text=text)

    new = start_survey(project=survey.project, template=template, title="B", actor=ines, at=noon)

    assert [str(item) for item in new.preparation.order_by("order")] == [
        "Read their report", "Know who is coming",
    ]  # fmt: skip


def test_an_item_says_who_had_it_ready_and_when(survey, ines, conny, noon):
    Member.objects.create(project=survey.project, user=conny)
    item = PreparationFactory(survey=survey)

    tick_preparation(item=item, is_done=True, actor=conny, at=noon)
    tick_preparation(item=item, is_done=True, actor=ines, at=noon.replace(hour=18))
    item.refresh_from_db()
    assert (item.done_by, item.done_at) == (conny, noon)

    tick_preparation(item=item, is_done=False, actor=ines, at=noon)
    item.refresh_from_db()
    assert (item.done_by, item.done_at) == (None, None)


def test_own_items_come_last_and_go_again_but_those_of_the_list_stay(survey, ines, noon):
    standard = PreparationFactory(survey=survey, order=3)

    own = add_preparation(survey=survey, text="Bring cake", actor=ines, at=noon)
    assert (own.order, own.is_own) == (4, True)
    with pytest.raises(NotOwnItem):
        remove_preparation(item=standard, actor=ines)
    remove_preparation(item=own, actor=ines)

    assert list(survey.preparation.all()) == [standard]


def test_the_list_ends_somewhere(survey, ines, noon):
    PreparationFactory.create_batch(MOST_ITEMS, survey=survey)

    with pytest.raises(TooManyItems, match="60 items at most"):
        add_preparation(survey=survey, text="Too much", actor=ines, at=noon)


@pytest.mark.parametrize("person", ["sam", "bea", "cora", "conny", "piet"])
def test_others_prepare_nothing(request, survey, noon, person):
    actor = request.getfixturevalue(person)
    item = PreparationFactory(survey=survey, is_own=True)

    for act in (
        lambda: add_preparation(survey=survey, text="x", actor=actor, at=noon),
        lambda: tick_preparation(item=item, is_done=True, actor=actor, at=noon),
        lambda: remove_preparation(item=item, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert Preparation.objects.get().done_at is None


def test_nothing_is_prepared_where_the_project_rests(survey, ines, noon):
    survey.project.state = "SUSPENDED"
    survey.project.save()

    with pytest.raises(ProjectNotRunning):
        add_preparation(survey=survey, text="x", actor=ines, at=noon)
