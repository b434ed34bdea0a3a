from __future__ import annotations

from django.urls import include, path

from implportal.meetings import views

app_name = "meetings"
one_meeting = [
    path("", views.MeetingDetail.as_view(), name="meeting_detail"),
    path("edit/", views.MeetingEdit.as_view(), name="meeting_edit"),
    path("cancel/", views.MeetingCancel.as_view(), name="meeting_cancel"),
    path("attendance/", views.AttendanceSet.as_view(), name="attendance_set"),
    path("minutes/", views.MinutesEdit.as_view(), name="minutes_edit"),
    path("calendar.ics", views.MeetingCalendar.as_view(), name="meeting_calendar"),
]
meetings = [
    path("", views.MeetingList.as_view(), name="meeting_list"),
    path("new/", views.MeetingCreate.as_view(), name="meeting_create"),
    path("<int:pk>/", include(one_meeting)),
]
urlpatterns = [path("projects/<int:project_pk>/meetings/", include(meetings))]
