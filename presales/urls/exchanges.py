from django.urls import path

from presales.views import (
    exchange_questions,
    exchanges,
)

_EXCHANGE = "projects/<int:project_pk>/exchange/"
_TOPICS = f"{_EXCHANGE}<int:pk>/topics/"
_TOPIC = f"{_TOPICS}<int:topic_pk>/"
_QUESTION = f"{_EXCHANGE}questions/<int:exchange_question_pk>/"
_IDEA = f"{_EXCHANGE}ideas/<int:idea_pk>/"

urlpatterns = [
    path(_EXCHANGE, exchanges.ExchangeHome.as_view(), name="exchange_home"),
    path(f"{_EXCHANGE}<int:pk>/", exchanges.ExchangeDetail.as_view(), name="exchange_detail"),
    path(_TOPICS, exchanges.TopicAdd.as_view(), name="topic_add"),
    path(f"{_TOPICS}order/", exchanges.TopicOrder.as_view(), name="topic_order"),
    path(_TOPIC, exchanges.TopicEdit.as_view(), name="topic_edit"),
    path(f"{_TOPIC}move/", exchanges.TopicMove.as_view(), name="topic_move"),
    path(f"{_TOPIC}remove/", exchanges.TopicRemove.as_view(), name="topic_remove"),
    path(f"{_TOPIC}notes/", exchanges.TopicNotes.as_view(), name="topic_notes"),
    path(
        f"{_TOPIC}notes/autosave/",
        exchanges.TopicNotesAutosave.as_view(),
        name="topic_notes_autosave",
    ),
    path(
        f"{_TOPIC}questions/",
        exchange_questions.QuestionAdd.as_view(),
        name="exchange_question_add",
    ),
    path(
        f"{_TOPIC}technologies/",
        exchange_questions.TechnologiesName.as_view(),
        name="technologies_name",
    ),
    path(f"{_TOPIC}ideas/", exchange_questions.IdeaAdd.as_view(), name="idea_add"),
    path(_QUESTION, exchange_questions.QuestionEdit.as_view(), name="exchange_question_edit"),
    path(
        f"{_QUESTION}answer/",
        exchange_questions.QuestionAnswer.as_view(),
        name="exchange_question_answer",
    ),
    path(
        f"{_QUESTION}take/",
        exchange_questions.QuestionTake.as_view(),
        name="exchange_question_take",
    ),
    path(
        f"{_QUESTION}remove/",
        exchange_questions.QuestionRemove.as_view(),
        name="exchange_question_remove",
    ),
    path(f"{_IDEA}take/", exchange_questions.IdeaTake.as_view(), name="idea_take"),
    path(f"{_IDEA}keep/", exchange_questions.IdeaKeep.as_view(), name="idea_keep"),
    path(f"{_IDEA}remove/", exchange_questions.IdeaRemove.as_view(), name="idea_remove"),
]
