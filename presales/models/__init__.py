from presales.models.introductions import (
    INTRODUCTION_MOVES,
    ITEM_FIELDS,
    Introduction,
    IntroductionPart,
    PartKind,
    Recipient,
)
from presales.models.requirements import REQUIREMENT_MOVES, Requirement
from presales.models.solutions import MAX_LEVEL, STATE_MOVES, Solution, SolutionSection
from presales.models.surveys import (
    SCALE,
    SURVEY_MOVES,
    WITH_CHOICES,
    Answer,
    QuestionType,
    Survey,
    SurveyQuestion,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
)

__all__ = [
    "INTRODUCTION_MOVES",
    "ITEM_FIELDS",
    "MAX_LEVEL",
    "REQUIREMENT_MOVES",
    "SCALE",
    "STATE_MOVES",
    "SURVEY_MOVES",
    "WITH_CHOICES",
    "Answer",
    "Introduction",
    "IntroductionPart",
    "PartKind",
    "QuestionType",
    "Recipient",
    "Requirement",
    "Solution",
    "SolutionSection",
    "Survey",
    "SurveyQuestion",
    "SurveyTemplate",
    "TemplateQuestion",
    "TemplateSection",
]
