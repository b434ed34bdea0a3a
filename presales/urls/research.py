from django.urls import path

from presales.views import (
    research,
    research_interviews,
    research_problems,
)

_RESEARCH = "projects/<int:project_pk>/user-research/"
_GROUPS = f"{_RESEARCH}groups/"
_INTERVIEWS = f"{_RESEARCH}interviews/"
_INTERVIEW = f"{_INTERVIEWS}<int:pk>/"
_PROBLEMS = f"{_RESEARCH}problems/"
_PROBLEM = f"{_PROBLEMS}<int:pk>/"

urlpatterns = [
    path(_RESEARCH, research.ResearchHome.as_view(), name="research_home"),
    path(f"{_RESEARCH}report/", research.ResearchReport.as_view(), name="research_report"),
    path(f"{_GROUPS}new/", research.GroupAdd.as_view(), name="user_group_add"),
    path(f"{_GROUPS}<int:pk>/", research.GroupEdit.as_view(), name="user_group_edit"),
    path(f"{_GROUPS}<int:pk>/remove/", research.GroupRemove.as_view(), name="user_group_remove"),
    path(_INTERVIEWS, research_interviews.InterviewList.as_view(), name="interview_list"),
    path(f"{_INTERVIEWS}new/", research_interviews.InterviewAdd.as_view(), name="interview_add"),
    path(_INTERVIEW, research_interviews.InterviewDetail.as_view(), name="interview_detail"),
    path(f"{_INTERVIEW}edit/", research_interviews.InterviewEdit.as_view(), name="interview_edit"),
    path(
        f"{_INTERVIEW}notes/", research_interviews.InterviewNotes.as_view(), name="interview_notes"
    ),
    path(
        f"{_INTERVIEW}notes/autosave/",
        research_interviews.InterviewNotesAutosave.as_view(),
        name="interview_notes_autosave",
    ),
    path(f"{_INTERVIEW}hold/", research_interviews.InterviewHold.as_view(), name="interview_hold"),
    path(
        f"{_INTERVIEW}remove/",
        research_interviews.InterviewRemove.as_view(),
        name="interview_remove",
    ),
    path(f"{_INTERVIEW}problem/", research_interviews.ProblemSee.as_view(), name="interview_saw"),
    path(_PROBLEMS, research_problems.ProblemList.as_view(), name="problem_list"),
    path(f"{_PROBLEMS}new/", research_problems.ProblemAdd.as_view(), name="problem_add"),
    path(
        f"{_PROBLEMS}requirements/",
        research_problems.ProblemRequirements.as_view(),
        name="problem_requirements",
    ),
    path(_PROBLEM, research_problems.ProblemDetail.as_view(), name="problem_detail"),
    path(f"{_PROBLEM}edit/", research_problems.ProblemEdit.as_view(), name="problem_edit"),
    path(f"{_PROBLEM}remove/", research_problems.ProblemRemove.as_view(), name="problem_remove"),
    path(f"{_PROBLEM}settle/", research_problems.ProblemSettle.as_view(), name="problem_settle"),
]
