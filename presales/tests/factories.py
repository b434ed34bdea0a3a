import factory

from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.tests.factories import MOMENT, ProjectFactory
from presales.models import (
    Answer,
    ExchangeQuestion,
    GlossaryTerm,
    Idea,
    Interview,
    Introduction,
    IntroductionPart,
    Problem,
    Requirement,
    Solution,
    SolutionSection,
    SolutionTemplate,
    SolutionTemplateSection,
    Statement,
    Survey,
    SurveyQuestion,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
    TextBlock,
    Topic,
    UserGroup,
)


class RequirementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Requirement

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("The system does thing {}.".format)
    source = Requirement.Source.SURVEY
    priority = Requirement.Priority.MUST
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class SolutionFactory(factory.django.DjangoModelFactory):
    """A draft without sections."""

    class Meta:
        model = Solution

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence("SD-2026-{:04d}".format)
    title = "Records for everybody"
    state_since = MOMENT
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class SolutionSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SolutionSection

    solution = factory.SubFactory(SolutionFactory)
    key = factory.Sequence("s{}".format)
    order = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence("Section {}".format)
    markdown = "Text."
    edited_at = MOMENT
    edited_by = factory.SelfAttribute("solution.project.implementation_manager")


class IntroductionFactory(factory.django.DjangoModelFactory):
    """A draft without parts."""

    class Meta:
        model = Introduction

    project = factory.SubFactory(ProjectFactory)
    title = "We, for you"
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class IntroductionTextFactory(factory.django.DjangoModelFactory):
    """A text of one's own."""

    class Meta:
        model = IntroductionPart

    introduction = factory.SubFactory(IntroductionFactory)
    kind = "TEXT"
    order = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence("Text {}".format)
    text = "Words."


class SurveyTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SurveyTemplate

    title = factory.Sequence("Template {}".format)
    is_published = True


class TemplateSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TemplateSection

    template = factory.SubFactory(SurveyTemplateFactory)
    title = factory.Sequence("Section {}".format)
    order = factory.Sequence(lambda n: n + 1)


class TemplateQuestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TemplateQuestion

    section = factory.SubFactory(TemplateSectionFactory)
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Question {}?".format)
    type = "TEXT"


class SurveyFactory(factory.django.DjangoModelFactory):
    """A survey in preparation, without questions."""

    class Meta:
        model = Survey

    class Params:
        handed_in = factory.Trait(
            state="HANDED_IN", handed_in_at=MOMENT, handed_in_by="Carl Customer"
        )

    project = factory.SubFactory(ProjectFactory)
    title = factory.Sequence("Survey {}".format)
    created_at = MOMENT
    created_by = factory.SelfAttribute("project.implementation_manager")


class SurveyQuestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SurveyQuestion

    survey = factory.SubFactory(SurveyFactory)
    section = "General"
    order = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Question {}?".format)
    type = "TEXT"


class AnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Answer

    question = factory.SubFactory(SurveyQuestionFactory)
    value = "export to Excel"
    answered_by = "Carl Customer"
    via = "LINK"
    answered_at = MOMENT


class StatementFactory(factory.django.DjangoModelFactory):
    """Typed in an interview, nobody named."""

    class Meta:
        model = Statement

    question = factory.SubFactory(SurveyQuestionFactory)
    value = "export to Excel"
    said_by = "Ines Example"
    via = "INTERVIEW"
    said_at = MOMENT


class TopicFactory(factory.django.DjangoModelFactory):
    """Of an exchange on Tuesday 3 March 2026."""

    class Meta:
        model = Topic

    meeting = factory.SubFactory(MeetingFactory, kind="EXCHANGE")
    order = factory.Sequence(lambda n: n + 1)
    kind = "METHOD"
    title = factory.Sequence("Topic {}".format)


class ExchangeQuestionFactory(factory.django.DjangoModelFactory):
    """Open, asked by Carl."""

    class Meta:
        model = ExchangeQuestion

    topic = factory.SubFactory(TopicFactory)
    text = factory.Sequence("Question {}?".format)
    asked_by = "Carl Client"
    asked_at = MOMENT


class IdeaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Idea

    topic = factory.SubFactory(TopicFactory)
    text = factory.Sequence("Idea {}".format)
    noted_at = MOMENT
    noted_by = factory.SelfAttribute("topic.meeting.organiser")


class UserGroupFactory(factory.django.DjangoModelFactory):
    """Ten people, two interviews planned."""

    class Meta:
        model = UserGroup

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence("Group {}".format)
    headcount = 10


class InterviewFactory(factory.django.DjangoModelFactory):
    """Planned, with somebody by name."""

    class Meta:
        model = Interview

    project = factory.SelfAttribute("group.project")
    group = factory.SubFactory(UserGroupFactory)
    name = factory.Sequence("User {}".format)
    start_at = MOMENT
    interviewer = factory.SelfAttribute("group.project.implementation_manager")


class ProblemFactory(factory.django.DjangoModelFactory):
    """Serious, every week, for everybody."""

    class Meta:
        model = Problem

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Thing {} takes long.".format)
    severity = 3
    frequency = "WEEKLY"
    noted_at = MOMENT
    noted_by = factory.SelfAttribute("project.implementation_manager")


class TextBlockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TextBlock

    title = factory.Sequence("Block {}".format)
    markdown = "We train every user."
    changed_at = MOMENT
    changed_by = factory.SubFactory("implportal.accounts.tests.factories.UserFactory")


class GlossaryTermFactory(factory.django.DjangoModelFactory):
    """A word of the company."""

    class Meta:
        model = GlossaryTerm

    term = factory.Sequence("word{}".format)
    explanation = "What it means."
    changed_at = MOMENT
    changed_by = factory.SubFactory("implportal.accounts.tests.factories.UserFactory")


class SolutionTemplateFactory(factory.django.DjangoModelFactory):
    """Without sections."""

    class Meta:
        model = SolutionTemplate

    title = factory.Sequence("Template {}".format)
    changed_at = MOMENT
    changed_by = factory.SubFactory("implportal.accounts.tests.factories.UserFactory")


class SolutionTemplateSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SolutionTemplateSection

    template = factory.SubFactory(SolutionTemplateFactory)
    order = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence("Section {}".format)
