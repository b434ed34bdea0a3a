import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from presales.domain.surveys_templates import (
    move_template_item,
    remove_template_item,
    save_template_item,
)
from presales.models import SurveyTemplate, TemplateQuestion, TemplateSection
from presales.tests.factories import (
    SurveyTemplateFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

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
