from __future__ import annotations

from django.urls import include, path

from implportal.meetings.views import diary, feedback, meetings, minutes, outcomes

app_name = "meetings"
one_item = [
    path("", outcomes.ActionEdit.as_view(), name="action_edit"),
    path("settle/", outcomes.ActionSettle.as_view(), name="action_settle"),
    path("remove/", outcomes.ActionRemove.as_view(), name="action_remove"),
]
one_meeting = [
    path("", meetings.MeetingDetail.as_view(), name="meeting_detail"),
    path("edit/", meetings.MeetingEdit.as_view(), name="meeting_edit"),
    path("cancel/", meetings.MeetingCancel.as_view(), name="meeting_cancel"),
    path("invitations/", meetings.InvitationsSend.as_view(), name="invitations_send"),
    path("attendance/", meetings.AttendanceSet.as_view(), name="attendance_set"),
    path("minutes/", minutes.MinutesEdit.as_view(), name="minutes_edit"),
    path("minutes/autosave/", minutes.MinutesAutosave.as_view(), name="minutes_autosave"),
    path("minutes/send/", minutes.MinutesSend.as_view(), name="minutes_send"),
    path("decisions/", outcomes.DecisionAdd.as_view(), name="decision_add"),
    path(
        "decisions/<int:item_pk>/remove/",
        outcomes.DecisionRemove.as_view(),
        name="decision_remove",
    ),
    path("actions/", outcomes.ActionAdd.as_view(), name="action_add"),
    path("actions/<int:item_pk>/", include(one_item)),
    path("feedback/", feedback.FeedbackAsk.as_view(), name="feedback_ask"),
    path("feedback/<int:attendee_pk>/", feedback.FeedbackNote.as_view(), name="feedback_note"),
    path("calendar.ics", meetings.MeetingCalendar.as_view(), name="meeting_calendar"),
]
all_meetings = [
    path("", meetings.MeetingList.as_view(), name="meeting_list"),
    path("new/", meetings.MeetingCreate.as_view(), name="meeting_create"),
    path("<int:pk>/", include(one_meeting)),
]
urlpatterns = [
    path("meetings/", diary.Diary.as_view(), name="diary"),
    path("projects/<int:project_pk>/meetings/", include(all_meetings)),
    path("r/<uuid:link_id>/feedback/", feedback.FeedbackLink.as_view(), name="feedback_link"),
]
