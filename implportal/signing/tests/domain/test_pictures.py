import io
import json
from xml.etree import ElementTree as ET

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from implportal.documents.canonical import digest
from implportal.signing.domain import completion
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.domain.pictures import (
    MAX_POINTS,
    MAX_STROKES,
    BadPicture,
    drawn_picture,
    uploaded_picture,
)
from implportal.signing.domain.signing import CodeMissing, Mark, sign
from implportal.signing.domain.turns import NotYourTurn, Overtaken
from implportal.signing.models import (
    RequestState,
    SharedLink,
    SignaturePicture,
    SignatureRequest,
)
from implportal.signing.tests.domain.test_signing import BROWSER, link_of, offer_of

WAVE = [[[10, 40], [40, 10], [70, 40], [100, 10]], [[20, 60]]]


def photo(size=(400, 200), kind="JPEG", mark=True, **changes):
    picture = Image.new("RGB", size, "white")
    if mark:
        picture.paste("black", (40, 40, 120, 60))
    target = io.BytesIO()
    picture.save(target, kind, **changes)
    return target.getvalue()


def test_strokes_become_one_path_of_our_own():
    picture = drawn_picture(json.dumps(WAVE))

    svg = ET.fromstring(picture.data)
    assert (picture.method, picture.content_type) == ("DRAWN", "image/svg+xml")
    assert svg.attrib == {"width": "102", "height": "62", "viewBox": "0 0 102 62"}
    (path,) = svg
    assert path.attrib["d"] == "M6 36Q36 6 51 21Q66 36 81 21L96 6 M16 56h.01"
    assert picture.sha256 == digest(picture.data)


def test_the_same_strokes_give_the_same_bytes():
    assert drawn_picture(json.dumps(WAVE)) == drawn_picture(json.dumps(WAVE, indent=2))


@pytest.mark.parametrize(
    "strokes",
    [
        "",
        "[]",
        "[[]]",
        "[[[5, 5]]]",
        "[[[5, 5], [6, 6]]]",
    ],
)
def test_an_empty_field_or_a_slip_of_the_finger_is_no_signature(strokes):
    with pytest.raises(BadPicture, match="Draw your signature in the field first"):
        drawn_picture(strokes)


@pytest.mark.parametrize(
    "strokes",
    [
        "{",
        "null",
        "5",
        '"<svg onload=alert(1)>"',
        '{"points": 5}',
        "[[[0, 0, 0], [90, 90, 9]]]",
        '[[["0", 0], [90, 90]]]',
        '[[["\\"/><script/>", 0], [90, 90]]]',
        "[[[true, 0], [90, 90]]]",
        "[[[null, 0], [90, 90]]]",
        "[[[NaN, 0], [90, 90]]]",
        "[[[Infinity, 0], [90, 90]]]",
        "[[[1e400, 0], [90, 90]]]",
        "[[[1e9, 0], [90, 90]]]",
        f"[[[{'9' * 5000}, 0], [90, 90]]]",
        "[" * 5000 + "]" * 5000,
        json.dumps([[[0, 0], [90, 90]]] * (MAX_STROKES + 1)),
        json.dumps([[[n % 90, n % 80] for n in range(MAX_POINTS + 1)]]),
        " " * 400_000,
    ],
)
def test_what_our_page_does_not_send_is_refused(strokes):
    with pytest.raises(BadPicture, match="did not arrive whole"):
        drawn_picture(strokes)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("JPEG", {}),
        ("PNG", {}),
        ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (30, 15))]}),
    ],
)
def test_an_upload_is_painted_anew_and_small(kind, changes):
    picture = uploaded_picture(photo((3000, 1500), kind, **changes))

    with Image.open(io.BytesIO(picture.data)) as image:
        assert (image.format, image.size) == ("PNG", (600, 300))
    assert (picture.method, picture.content_type) == ("UPLOADED", "image/png")


def test_where_and_when_a_photograph_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker of the phone", 6
    picture = uploaded_picture(photo(exif=exif.tobytes()))

    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (150, 300)  # turned upright, as the note asked for
        assert not image.getexif()
        assert image.info == {}
    assert b"Maker" not in picture.data


def test_what_is_transparent_becomes_paper():
    glass = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    glass.paste((18, 48, 95, 255), (20, 20, 120, 40))
    target = io.BytesIO()
    glass.save(target, "PNG", pnginfo=None)

    picture = uploaded_picture(target.getvalue())

    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.mode == "RGB"
        assert image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG or JPEG"),
        (photo(kind="GIF"), "not a PNG or JPEG"),
        (photo()[:400], "not a PNG or JPEG"),
        (photo((8000, 6000)), "not a PNG or JPEG"),
        (photo((5000, 4000), "PNG"), "not a PNG or JPEG"),
        (photo(mark=False), "of one colour"),
        (photo((8, 8)), "too small"),
        (b"\xff" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_of_a_signature_is_refused(data, reason):
    with pytest.raises(BadPicture, match=reason):
        uploaded_picture(data)


def sign_as(request, name="Carl Client", *, at, **changes):
    return sign(
        link=link_of(request, name), typed_name=name, offer=offer_of(request.version),
        circumstances=BROWSER, at=at, **changes,
    )  # fmt: skip


@pytest.fixture
def drawn(frozen, asked, now):
    """Return the signer who drew, in a request that waits for another."""
    return sign_as(asked(frozen()), at=now, mark=Mark(strokes=json.dumps(WAVE)))


def test_d4_is_the_digest_of_the_exact_bytes_that_are_kept(drawn):
    picture = SignaturePicture.objects.get(signer=drawn)
    evidence = drawn.evidence

    assert evidence["method"] == "DRAWN"
    assert evidence["statement"]["picture_sha256"] == picture.sha256 == digest(picture.data)
    assert bytes(picture.data) == drawn_picture(json.dumps(WAVE)).data


def test_a_typed_name_has_no_picture(frozen, asked, now):
    signer = sign_as(asked(frozen()), at=now)

    assert signer.evidence["method"] == "TYPED"
    assert signer.evidence["statement"]["picture_sha256"] is None
    assert not SignaturePicture.objects.exists()


def test_an_empty_drawing_signs_nothing(frozen, asked, now):
    request = asked(frozen())

    with pytest.raises(BadPicture):
        sign_as(request, at=now, mark=Mark(strokes="[]"))

    assert request.signers.get(name="Carl Client").evidence is None
    assert not SignaturePicture.objects.exists()


@pytest.fixture
def _no_decoder(monkeypatch):
    def decode(_data):
        pytest.fail("a picture was decoded")

    monkeypatch.setattr("implportal.signing.domain.signing.uploaded_picture", decode)


def _not_your_turn(request):
    request.signers.filter(name="Carl Client").update(state="WAITING")


def _over(request):
    SignatureRequest.objects.filter(pk=request.pk).update(state="CANCELLED")


def _code_wanted(request):
    SignatureRequest.objects.filter(pk=request.pk).update(code_required=True)


def _closed(request):
    SharedLink.objects.update(revoked_at=request.sent_at)


@pytest.mark.usefixtures("_no_decoder")
@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (_not_your_turn, NotYourTurn),
        (_over, Overtaken),
        (_code_wanted, CodeMissing),
        (_closed, LinkIsGone),
    ],
)
def test_no_picture_is_decoded_for_who_may_not_sign(spoil, refusal, frozen, asked, now):
    request = asked(frozen())
    spoil(request)

    with pytest.raises(refusal):
        sign_as(request, at=now, mark=Mark(upload=photo((6000, 6000))))


@pytest.mark.usefixtures("_no_decoder")
def test_no_picture_is_decoded_a_second_time_for_a_second_click(frozen, asked, now):
    request = asked(frozen())
    first = sign_as(request, at=now)

    assert sign_as(request, at=now, mark=Mark(upload=photo())) == first


@pytest.mark.parametrize("change", [{"data": b"<svg/>"}, {"sha256": "0" * 64}, None])
def test_the_database_refuses_to_change_or_delete_a_picture(drawn, change):
    picture = SignaturePicture.objects.filter(signer=drawn)

    with pytest.raises(DatabaseError), transaction.atomic():
        picture.update(**change) if change else picture.delete()

    assert digest(picture.get().data) == drawn.evidence["statement"]["picture_sha256"]


def test_a_picture_that_was_changed_all_the_same_is_not_sealed(
    drawn,
    as_owner_of_the_database,
    now,
):
    request = drawn.request
    sign_as(request, "Dora Client", at=now)
    with as_owner_of_the_database():
        SignaturePicture.objects.update(data=b"<svg/>")

    assert completion.seal_request(request_id=request.pk, now=now) is False

    request.refresh_from_db()
    assert request.state == RequestState.SEAL_FAILED
    assert "no longer what was signed" in request.state_reason
