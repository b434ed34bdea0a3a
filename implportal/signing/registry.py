"""Which page a shared link leads to, declared by the app that has the page."""

from __future__ import annotations

from dataclasses import dataclass

from implportal.kernel.registry import Registry


@dataclass(frozen=True)
class LinkPage:
    """The first page of a link of ``kind`` to one ``model_label`` ("presales.survey").

    ``route`` takes ``link_id`` and lies under ``/r/<uuid:link_id>/``, where the link's
    cookie is sent; its view builds on ``signing.pages.LinkPageMixin``.
    """

    kind: str
    model_label: str
    route: str

    @property
    def key(self) -> str:
        return link_page_key(self.kind, self.model_label)


LINK_PAGES: Registry[LinkPage] = Registry("page of a shared link")
register_link_page = LINK_PAGES.register


def link_page_key(kind: str, model_label: str) -> str:
    return f"{kind} {model_label.lower()}"
