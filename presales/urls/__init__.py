from django.urls import path

from presales.urls import (
    demonstrations,
    exchanges,
    inspections,
    introductions,
    requirements,
    research,
    solutions,
    surveys,
)
from presales.views import board

app_name = "presales"

urlpatterns = [
    path("presales/", board.PresalesBoard.as_view(), name="board"),
    *demonstrations.urlpatterns,
    *exchanges.urlpatterns,
    *inspections.urlpatterns,
    *introductions.urlpatterns,
    *requirements.urlpatterns,
    *research.urlpatterns,
    *solutions.urlpatterns,
    *surveys.urlpatterns,
]
