"""Rows from a file: first every row and what becomes of it, then all of them as they were seen.

To let people import something new:

1. a dataclass of one row with ``number``, ``error`` and ``hint`` (and ``kind``: NEW, CHANGE or
   SAME, and ``changes``: (field, before, after) in words, where rows may change what is there);
2. in the domain one function that makes rows of a ``tables.Table``, one that checks them against
   what is there, and one that keeps them, all or none;
3. an ``ImportForm`` and an ``ImportPageMixin`` in front of these;
4. a template with a table of the rows, made of ``partials/_import_result.html`` (the last cell of
   a row), ``partials/_import_keep.html`` (below the table) and ``partials/_import_choose.html``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import PageForm
from implportal.kernel.tables import Table, read_csv_text, read_table

VALID_SECONDS = 24 * 3600


class ImportForm(PageForm):
    """A file, or pasted text, with a table; ``rows`` holds what was found in it.

    Subclasses set the help texts and implement ``rows_of``; one that takes other kinds of files
    than tables too overrides ``read``. A DomainError of either is shown at its field.
    """

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=forms.ClearableFileInput
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    accept = ".csv,.xlsx,text/csv"
    file_help: str | Promise = gettext_lazy("A table (.csv or .xlsx).")
    text_help: str | Promise = gettext_lazy("The first line names the columns.")
    rows: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = self.accept
        self.fields["file"].help_text = self.file_help
        self.fields["text"].help_text = self.text_help

    def rows_of(self, table: Table) -> list[Any]:
        raise NotImplementedError

    def read(self, file: File | None, text: str) -> list[Any]:
        return self.rows_of(read_table(file) if file else read_csv_text(text))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        if not file and not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste what is in it."))
        try:
            self.rows = self.read(file, text)
        except DomainError as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned


class ImportPageMixin:
    """Shows the rows of an ``ImportForm``, and keeps them once that was confirmed.

    The rows that were shown travel in the page, sealed, so that what is kept is what was seen,
    and nothing lies around when somebody thinks better of it. Mixed in before a FormView, whose
    access rules hold for both steps. Subclasses set ``form_class``, ``template_name`` and
    ``row_class`` and implement ``check`` and ``keep``. Where ``keep`` refuses (DomainError, as
    when somebody else was faster), the same rows are checked and shown anew with its words.

    Context besides ``form``: ``rows``, ``good`` (how many would be kept), ``counts`` (by kind,
    and ERROR), ``sealed``, ``stale`` (the refusal).
    """

    row_class: type
    http_method_names = ["get", "post", "head", "options"]

    @property
    def place(self) -> str:
        """What the rows are for, such as ``presales.survey:12``: they are kept nowhere else."""
        raise NotImplementedError

    def check(self, rows: list[Any], **chosen: Any) -> list[Any]:
        """Say of each row what becomes of it; ``chosen`` are the further fields of the form."""
        raise NotImplementedError

    def keep(self, rows: list[Any], seen: Any) -> str:
        """Call the domain with the good rows as they were shown; return what is said of it."""
        raise NotImplementedError

    def seen(self) -> Any:
        """What ``keep`` needs to know of the moment of the look; it must fit into JSON."""
        return None

    def is_good(self, row: Any) -> bool:
        """Whether there is something to keep of the row."""
        return not row.error

    def unbound_form(self) -> Any:
        """The form to begin anew with, below rows that are shown anew."""
        return self.form_class(initial=self.get_initial())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "rows" in request.POST:
            return self._confirmed(request.POST["rows"])
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        chosen = {k: v for k, v in form.cleaned_data.items() if k not in {"file", "text"}}
        return self.show(form, self.check(form.rows, **chosen))

    def show(self, form: ImportForm, rows: list[Any], stale: str = "") -> HttpResponse:
        good = [row for row in rows if self.is_good(row)]
        sealed = signing.dumps(
            {"rows": [asdict(row) for row in good], "seen": self.seen()},
            salt=f"import:{self.place}",
            compress=True,
        )
        counts = Counter(
            "ERROR" if row.error else getattr(row, "kind", "NEW") or "NEW" for row in rows
        )
        return self.render_to_response(
            self.get_context_data(
                form=form, rows=rows, good=len(good), counts=counts, sealed=sealed, stale=stale
            )
        )

    def _confirmed(self, sealed: str) -> HttpResponse:
        try:
            shown = signing.loads(sealed, salt=f"import:{self.place}", max_age=VALID_SECONDS)
        except signing.BadSignature:
            messages.error(self.request, _("This preview is too old. Begin again."))
            return HttpResponseRedirect(self.request.path)
        rows = [self.row_class(**row) for row in shown["rows"]]
        try:
            said = self.keep(rows, shown["seen"])
        except DomainError as error:
            return self.show(self.unbound_form(), self.check(rows), stale=str(error))
        messages.success(self.request, said)
        return HttpResponseRedirect(self.get_success_url())
