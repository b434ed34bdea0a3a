"""The picture of a signature: drawn strokes and uploads become files of our own making."""

from __future__ import annotations

import io
import json
import math
import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from implportal.documents.canonical import digest
from implportal.kernel.errors import DomainError
from implportal.signing.models import SignaturePicture

MAX_STROKES, MAX_POINTS, MAX_STROKES_BYTES = 200, 6000, 300_000
MAX_COORDINATE = 10_000
LEAST_LINE_PIXELS = 24
"""Shorter than this in all is a slip of the finger and no signature."""
PEN_PIXELS, MARGIN_PIXELS = 2.4, 6
INK = "#12305f"

MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_UPLOAD_PIXELS, MAX_PNG_PIXELS = 40_000_000, 16_000_000
"""What phones take today; more is no photograph of a signature.

A PNG cannot be decoded smaller than it is, so that it may hold fewer.
"""
KEPT_WIDTH, KEPT_HEIGHT = 900, 300
LEAST_SIDE_PIXELS = 16

Point = tuple[float, float]


class BadPicture(DomainError):
    """What was drawn or uploaded cannot be a signature."""


@dataclass(frozen=True)
class Picture:
    """Bytes made by us; ``sha256`` is D4. ``method`` is how the person made the original."""

    method: str
    content_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        return digest(self.data)


def drawn_picture(text: str) -> Picture:
    """Draw strokes anew: ``text`` is JSON, a list of strokes, each a list of [x, y] in pixels.

    Nothing but numbers is taken over, so nothing of the browser's gets into the file.

    Raises:
        BadPicture: nothing was drawn, or it is not what our page sends.
    """
    strokes = _strokes(text)
    if sum(map(_length, strokes)) < LEAST_LINE_PIXELS:
        raise BadPicture(_("Draw your signature in the field first, or type your name instead."))
    left = min(x for stroke in strokes for x, _y in stroke) - MARGIN_PIXELS
    top = min(y for stroke in strokes for _x, y in stroke) - MARGIN_PIXELS
    width = max(x for stroke in strokes for x, _y in stroke) - left + MARGIN_PIXELS
    height = max(y for stroke in strokes for _x, y in stroke) - top + MARGIN_PIXELS
    path = " ".join(_path([(x - left, y - top) for x, y in stroke]) for stroke in strokes)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}"><path d="{path}" fill="none" stroke="{INK}" '
        f'stroke-width="{PEN_PIXELS}" stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
    )
    return Picture("DRAWN", SignaturePicture.ContentType.SVG, svg.encode())


def uploaded_picture(data: bytes) -> Picture:
    """Paint an upload anew as a small PNG on white, without anything else that was in the file.

    Raises:
        BadPicture: too large, too small, or no PNG or JPEG that can be decoded.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // 1024 // 1024
        raise BadPicture(_("The picture is larger than %(limit)s MB.") % {"limit": limit})
    try:
        upright = _upright(data)
    except Exception as error:  # a decoder fails in many ways, and each means the same
        raise BadPicture(
            _(
                "This is not a PNG or JPEG picture of a usual size that can be read. "
                "Choose another, or type your name instead."
            )
        ) from error
    if min(upright.size) < LEAST_SIDE_PIXELS:
        raise BadPicture(_("The picture is too small to show a signature."))
    upright.thumbnail((KEPT_WIDTH, KEPT_HEIGHT))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    if all(low == high for low, high in paper.getextrema()):
        raise BadPicture(_("The picture shows nothing: it is of one colour."))
    target = io.BytesIO()
    paper.save(target, "PNG", optimize=True)
    return Picture("UPLOADED", SignaturePicture.ContentType.PNG, target.getvalue())


def _upright(data: bytes) -> Image.Image:
    """The pixels as a person sees them, decoded no larger than they are needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cameras write odd notes; the pixels are counted here
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as image:
            # Some phones write several pictures into one JPEG, and Pillow then says MPO.
            most = MAX_PNG_PIXELS if image.format == "PNG" else MAX_UPLOAD_PIXELS
            if image.width * image.height > most:
                raise BadPicture
            image.draft("RGB", (KEPT_WIDTH, KEPT_HEIGHT))
            return ImageOps.exif_transpose(image).convert("RGBA")


def _strokes(text: str) -> list[list[Point]]:
    refusal = BadPicture(_("The drawing did not arrive whole. Please draw it again."))
    if len(text) > MAX_STROKES_BYTES:
        raise refusal
    try:
        # Numbers beyond any sense are refused below; Python's own reading of them is not.
        told = json.loads(text or "[]", parse_constant=lambda _word: math.inf)
        strokes = [[(_coordinate(x), _coordinate(y)) for x, y in stroke] for stroke in told]
    except (ValueError, TypeError, RecursionError) as error:
        raise refusal from error
    strokes = [stroke for stroke in strokes if stroke]
    if len(strokes) > MAX_STROKES or sum(map(len, strokes)) > MAX_POINTS:
        raise refusal
    return strokes


def _coordinate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not -MAX_COORDINATE <= value <= MAX_COORDINATE:  # also false for what is not a number
        raise ValueError(value)
    return round(float(value), 1)


def _length(stroke: list[Point]) -> float:
    return sum(math.dist(one, other) for one, other in pairwise(stroke))


def _path(points: list[Point]) -> str:
    """A smooth line: through the middle between each two points, bent towards the points."""
    (x, y), *rest = points
    if not rest:
        return f"M{_n(x)} {_n(y)}h.01"
    pieces = [f"M{_n(x)} {_n(y)}"]
    for (x, y), (next_x, next_y) in pairwise(rest):
        pieces.append(f"Q{_n(x)} {_n(y)} {_n((x + next_x) / 2)} {_n((y + next_y) / 2)}")
    x, y = rest[-1]
    return "".join([*pieces, f"L{_n(x)} {_n(y)}"])


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
