from django.urls import path

from presales.views import inspections

_INSPECTIONS = "projects/<int:project_pk>/inspections/"
_INSPECTION = f"{_INSPECTIONS}<int:pk>/"
_STOP = f"{_INSPECTION}stops/<int:stop_pk>/"
_ARRANGEMENT = f"{_INSPECTION}arrangements/<int:arrangement_pk>/"

urlpatterns = [
    path(_INSPECTIONS, inspections.InspectionHome.as_view(), name="inspection_home"),
    path(f"{_INSPECTIONS}new/", inspections.InspectionPlan.as_view(), name="inspection_plan"),
    path(_INSPECTION, inspections.InspectionDetail.as_view(), name="inspection_detail"),
    path(f"{_INSPECTION}sheet/", inspections.InspectionSheet.as_view(), name="inspection_sheet"),
    path(
        f"{_INSPECTION}requirement/",
        inspections.InspectionRequirement.as_view(),
        name="inspection_requirement",
    ),
    path(f"{_INSPECTION}stops/", inspections.StopAdd.as_view(), name="stop_add"),
    path(_STOP, inspections.StopEdit.as_view(), name="stop_edit"),
    path(f"{_STOP}remove/", inspections.StopRemove.as_view(), name="stop_remove"),
    path(
        f"{_INSPECTION}itinerary/move/", inspections.ItineraryMove.as_view(), name="itinerary_move"
    ),
    path(
        f"{_INSPECTION}itinerary/agenda/",
        inspections.ItineraryAsAgenda.as_view(),
        name="itinerary_agenda",
    ),
    path(
        f"{_INSPECTION}arrangements/", inspections.ArrangementAdd.as_view(), name="arrangement_add"
    ),
    path(
        f"{_INSPECTION}arrangements/usual/",
        inspections.ArrangementsUsual.as_view(),
        name="arrangements_usual",
    ),
    path(_ARRANGEMENT, inspections.ArrangementEdit.as_view(), name="arrangement_edit"),
    path(
        f"{_ARRANGEMENT}settle/", inspections.ArrangementSettle.as_view(), name="arrangement_settle"
    ),
    path(
        f"{_ARRANGEMENT}remove/", inspections.ArrangementRemove.as_view(), name="arrangement_remove"
    ),
]
