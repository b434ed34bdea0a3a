"""One small page, laid out once for all tests that only want something to seal."""

from functools import cache

from implportal.documents import renderer
from implportal.documents.tests.factories import MOMENT, plain_content


@cache
def a_page() -> bytes:
    return renderer.render_document(plain_content(), digest="d" * 64, frozen_at=MOMENT, images={})
