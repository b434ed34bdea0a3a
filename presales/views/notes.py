"""Notes that save themselves: the page, and what answers while somebody writes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.errors import DomainError
from presales.domain.notes import Noted, NotesWereChanged
from presales.forms.exchanges import NotesForm


class NotesPage:
    """Keeps the notes by the button. Before a ``ProjectActionPage``.

    Subclasses implement ``noted``, ``write`` and ``autosave_url``. What somebody else saved
    meanwhile is shown beside one's own text, which is kept.
    """

    form_class = NotesForm
    template_name = "presales/notes_form.html"
    button = gettext_lazy("Keep notes")
    success_message = gettext_lazy("The notes are kept.")
    theirs: Noted | None = None
    heeds_buttons = True

    def noted(self) -> Noted:
        raise NotImplementedError

    def write(self, notes: str, *, based_on: int) -> Noted:
        raise NotImplementedError

    def get_initial(self) -> dict:
        subject = self.noted()
        return {"notes": subject.notes, "revision": subject.revision}

    def perform(self, form: NotesForm) -> Noted:
        over = form.cleaned_data["over"] if self.heeds_buttons else None
        try:
            return self.write(
                form.cleaned_data["notes"],
                based_on=form.cleaned_data["revision"] if over is None else over,
            )
        except NotesWereChanged as error:
            self.theirs = error.theirs
            raise

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            theirs=self.theirs,
            subject=self.noted(),
            autosave_url=self.autosave_url(),
            **kwargs,
        )


class NotesAutosave:
    """Saves while somebody writes, and says so below the text. Before a ``NotesPage``."""

    http_method_names = ["post"]
    heeds_buttons = False  # htmx sends the button along that was merely reached with Tab

    def form_valid(self, form: NotesForm) -> HttpResponse:
        try:
            saved = self.perform(form)
        except DomainError as error:
            return self.answer(str(error), status=HTTPStatus.CONFLICT)
        return self.answer("", saved=saved)

    def form_invalid(self, form: NotesForm) -> HttpResponse:
        problem = _("These notes are too long to be kept.")
        return self.answer(problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def answer(
        self, problem: str, *, saved: Noted | None = None, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        context = {
            "problem": problem,
            "saved": saved,
            "theirs": self.theirs,
            "now": timezone.now(),
            "key": self.noted().pk,
        }
        return render(self.request, "presales/_notes_saved.html", context, status=status)
