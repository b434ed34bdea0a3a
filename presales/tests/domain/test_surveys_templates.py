import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.surveys import start_survey
from presales.domain.surveys_conditions import WrongCondition
from presales.domain.surveys_templates import (
    move_template_item,
    order_template_items,
    remove_template_item,
    save_template_item,
)
from presales.models import PreparationItem, SurveyTemplate, TemplateQuestion, TemplateSection
from presales.tests.factories import (
    SurveyTemplateFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)
from presales.tests.factories_surveys import PreparationItemFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("person", ["ines", "adam"])
def test_new_sections_and_questions_come_last(request, noon, person):
    actor = request.getfixturevalue(person)
    template = SurveyTemplate(title="Retail")
    section = TemplateSection(template=template, title="Today")
    question = TemplateQuestion(section=section, text="How many?", type="NUMBER")

    for item in (template, section, question):
        save_template_item(item=item, actor=actor, at=noon)
    second = save_template_item(
        item=TemplateSection(template=template, title="Tomorrow"), actor=actor, at=noon
    )

    assert (section.order, question.order, second.order) == (1, 1, 2)
    assert [entry.sentence for entry in Entry.objects.order_by("pk")][-1] == (
        "changed the survey template “Retail”: Tomorrow"
    )


@pytest.mark.parametrize("person", ["piet", "bea", "cora", "conny"])
def test_templates_are_not_for_others(request, noon, person):
    actor = request.getfixturevalue(person)
    question = TemplateQuestionFactory()

    with pytest.raises(NotAllowed):
        save_template_item(item=SurveyTemplate(title="Mine"), actor=actor, at=noon)
    with pytest.raises(NotAllowed):
        move_template_item(item=question, to=0, actor=actor, at=noon)
    with pytest.raises(NotAllowed):
        remove_template_item(item=question, actor=actor, at=noon)

    assert (SurveyTemplate.objects.count(), TemplateQuestion.objects.count()) == (1, 1)


def test_sections_and_questions_change_places(ines, noon):
    template = SurveyTemplateFactory()
    TemplateSectionFactory(template=template, title="A", order=1)
    b = TemplateSectionFactory(template=template, title="B", order=2)
    one = TemplateQuestionFactory(section=b, text="1", order=1)
    TemplateQuestionFactory(section=b, text="2", order=2)

    move_template_item(item=b, to=0, actor=ines, at=noon)
    move_template_item(item=one, to=9, actor=ines, at=noon)

    assert [s.title for s in template.sections.order_by("order")] == ["B", "A"]
    assert [q.text for q in b.questions.order_by("order")] == ["2", "1"]


def test_a_section_is_removed_with_its_questions(ines, noon):
    section = TemplateQuestionFactory().section

    remove_template_item(item=section, actor=ines, at=noon)

    assert not TemplateQuestion.objects.exists()


def texts(rows):
    return [str(row) for row in rows.order_by("order", "pk")]


def test_lines_are_put_in_order_at_once(ines, noon):
    template = SurveyTemplateFactory()
    a, b, c = (TemplateSectionFactory(template=template, title=title) for title in "abc")
    one, two = (TemplateQuestionFactory(section=a, text=text) for text in "12")
    x, y = (PreparationItemFactory(template=template, text=text) for text in "xy")

    for rows, keys in [
        (template.sections, [c.pk, a.pk, b.pk]),
        (a.questions, [two.pk, one.pk]),
        (template.preparation, [y.pk, x.pk]),
    ]:
        order_template_items(rows=rows.all(), keys=keys, actor=ines, at=noon)

    assert texts(template.sections) == ["c", "a", "b"]
    assert texts(a.questions) == ["2", "1"]
    assert texts(template.preparation) == ["y", "x"]


def test_an_order_of_other_lines_or_before_their_reason_is_refused(ines, piet, noon):
    section = TemplateSectionFactory()
    first, stranger = TemplateQuestionFactory(section=section), TemplateQuestionFactory()
    second = TemplateQuestionFactory(section=section, depends_on=first, condition="ANSWERED")
    rows = section.questions.all()

    with pytest.raises(DomainError, match="The list has changed since you opened it"):
        order_template_items(rows=rows, keys=[first.pk, stranger.pk], actor=ines, at=noon)
    with pytest.raises(WrongCondition):
        order_template_items(rows=rows, keys=[second.pk, first.pk], actor=ines, at=noon)
    with pytest.raises(NotAllowed):
        order_template_items(rows=rows, keys=[first.pk, second.pk], actor=piet, at=noon)

    assert texts(section.questions) == [first.text, second.text]
    assert Entry.objects.count() == 0


def test_a_template_changed_while_a_survey_runs_changes_nothing_in_it(ines, noon):
    template = SurveyTemplateFactory()
    section = TemplateSectionFactory(template=template, title="Today")
    first = TemplateQuestionFactory(section=section, text="How many?", type="NUMBER")
    TemplateQuestionFactory(
        section=section, text="Of which kind?", depends_on=first, condition="ANSWERED"
    )
    PreparationItemFactory(template=template, text="Read their report")
    survey = start_survey(
        project=ProjectFactory(implementation_manager=ines), template=template, title="Runs",
        actor=ines, at=noon,
    )  # fmt: skip
    before = list(survey.questions.order_by("order").values())

    first.text, first.type, first.is_required = "How few?", "TEXT", True
    save_template_item(item=first, actor=ines, at=noon)
    section.title = "Tomorrow"
    save_template_item(item=section, actor=ines, at=noon)
    remove_template_item(item=section, actor=ines, at=noon)
    remove_template_item(item=PreparationItem.objects.get(), actor=ines, at=noon)

    survey.refresh_from_db()
    assert list(survey.questions.order_by("order").values()) == before
    assert texts(survey.preparation) == ["Read their report"]
    assert (survey.template_version, SurveyTemplate.objects.get().version) == (1, 2)


def test_the_version_counts_changes_after_a_survey_only(ines, noon):
    question = TemplateQuestionFactory()
    template = question.section.template
    project = ProjectFactory(implementation_manager=ines)

    def version():
        return SurveyTemplate.objects.get(pk=template.pk).version

    save_template_item(item=question, actor=ines, at=noon)
    assert version() == 1
    start_survey(project=project, template=template, title="A", actor=ines, at=noon)
    template.title = "Another title"
    save_template_item(item=template, actor=ines, at=noon)
    assert version() == 1
    for _change in range(3):
        save_template_item(item=question, actor=ines, at=noon)
    assert version() == 2
