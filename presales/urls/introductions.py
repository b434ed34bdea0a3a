from django.urls import path

from presales.views import (
    introductions,
    introductions_customer,
    introductions_parts,
)

_INTRODUCTIONS = "projects/<int:project_pk>/introductions/"
_INTRODUCTION = f"{_INTRODUCTIONS}<int:pk>/"
_PART = f"{_INTRODUCTION}parts/<int:part_pk>/"

urlpatterns = [
    path(_INTRODUCTIONS, introductions.IntroductionList.as_view(), name="introduction_list"),
    path(
        f"{_INTRODUCTIONS}new/",
        introductions.IntroductionCreate.as_view(),
        name="introduction_create",
    ),
    path(_INTRODUCTION, introductions.IntroductionDetail.as_view(), name="introduction_detail"),
    path(
        f"{_INTRODUCTION}edit/", introductions.IntroductionEdit.as_view(), name="introduction_edit"
    ),
    path(
        f"{_INTRODUCTION}preview/",
        introductions.IntroductionPreview.as_view(),
        name="introduction_preview",
    ),
    path(
        f"{_INTRODUCTION}freeze/",
        introductions.IntroductionFreeze.as_view(),
        name="introduction_freeze",
    ),
    path(
        f"{_INTRODUCTION}reopen/",
        introductions.IntroductionReopen.as_view(),
        name="introduction_reopen",
    ),
    path(
        f"{_INTRODUCTION}give/", introductions.IntroductionGive.as_view(), name="introduction_give"
    ),
    path(
        f"{_INTRODUCTION}recipients/<int:recipient_pk>/",
        introductions.ConfidenceNote.as_view(),
        name="introduction_confidence",
    ),
    path(
        f"{_INTRODUCTION}parts/",
        introductions_parts.PartsAdd.as_view(),
        name="introduction_parts_add",
    ),
    path(
        f"{_INTRODUCTION}text/", introductions_parts.TextAdd.as_view(), name="introduction_text_add"
    ),
    path(
        f"{_INTRODUCTION}parts/order/",
        introductions_parts.PartsOrder.as_view(),
        name="introduction_parts_order",
    ),
    path(
        f"{_INTRODUCTION}shown/",
        introductions.IntroductionShown.as_view(),
        name="introduction_shown",
    ),
    path(
        f"{_PART}preview/",
        introductions_parts.PartPreview.as_view(),
        name="introduction_part_preview",
    ),
    path(
        "r/<uuid:link_id>/introduction/",
        introductions_customer.IntroductionFeedback.as_view(),
        name="introduction_feedback",
    ),
    path(_PART, introductions_parts.PartEdit.as_view(), name="introduction_part_edit"),
    path(f"{_PART}move/", introductions_parts.PartMove.as_view(), name="introduction_part_move"),
    path(
        f"{_PART}remove/", introductions_parts.PartRemove.as_view(), name="introduction_part_remove"
    ),
]
