"""Evidence that was tampered with by somebody who makes the list of digests anew each time."""

from __future__ import annotations

import hashlib
import json
import runpy
import zlib
from base64 import a85encode

import pytest

from implportal.signing.tests.domain.test_signing import sign  # noqa: F401
from implportal.signing.tests.test_evidence import (  # noqa: F401
    _pages_at_once,
    completed,
    data,
    keys,
    run_check,
    sums_made_anew,
    unpacked,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def canonical(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def hashed(prefix, value):
    return hashlib.sha256(prefix + canonical(value)).hexdigest()


def chained(events):
    previous = ""
    for number, event in enumerate(events, 1):
        event |= {"sequence": number, "previous": previous}
        content = {key: event[key] for key in event if key not in ("hash", "text")}
        previous = event["hash"] = hashed(b"implportal-audit-1\n", content)


def change(folder, name, how):
    told = json.loads((folder / name).read_bytes())
    how(told)
    (folder / name).write_bytes(canonical(told))


def as_object(content):
    return (
        b"\n9999 0 obj\n<</Length %d>>\nstream\n" % len(content)
        + content
        + b"\nendstream\nendobj\n"
    )


def another_signer(folder):
    """A statement in another name, with D5 and both chains computed anew."""

    def forge(evidence):
        statement = evidence["signers"][0]["statement"]
        statement["typed_name"] = statement["signer"]["name"] = "Mallory"
        evidence["signers"][0]["statement_sha256"] = hashed(b"implportal/statement/1\n", statement)
        evidence["events"][0]["actor_name"] = "Mallory"
        chained(evidence["events"])
        evidence["chain"]["head"] = evidence["events"][-1]["hash"]

    change(folder, "evidence.json", forge)
    events = json.loads((folder / "evidence.json").read_bytes())["events"]

    def follow(chain):
        chain["events"][: len(events)] = events
        chained(chain["events"])
        chain["head"] = chain["events"][-1]["hash"]

    change(folder, "chain.json", follow)


def behind_the_seal(folder):
    """The forged evidence as one more object behind the end of the sealed file."""
    another_signer(folder)
    forged = as_object((folder / "evidence.json").read_bytes())
    with (folder / "sealed.pdf").open("ab") as file:
        file.write(forged)


def before_the_seal(folder):
    another_signer(folder)
    forged = as_object((folder / "evidence.json").read_bytes())
    pdf = (folder / "sealed.pdf").read_bytes()
    (folder / "sealed.pdf").write_bytes(pdf[:15] + forged + pdf[15:])


def without_seal(folder):
    another_signer(folder)
    (folder / "sealed.pdf").write_bytes(
        b"%PDF-1.7\n" + as_object((folder / "evidence.json").read_bytes())
        + as_object((folder / "frozen.pdf").read_bytes())
    )  # fmt: skip


def in_the_hole_of_the_seal(folder):
    """What a seal does not cover is its own place; something else is put there."""
    another_signer(folder)
    forged = as_object((folder / "evidence.json").read_bytes())
    pdf = (folder / "sealed.pdf").read_bytes()
    place = pdf.rindex(b"0000>")
    start = max(place - len(forged), 0)
    (folder / "sealed.pdf").write_bytes(pdf[:start] + forged + pdf[start + len(forged) :])


def a_second_range(folder):
    with (folder / "sealed.pdf").open("ab") as file:
        file.write(b"\n/ByteRange [0 10 20 30]\n")


def one_byte(folder):
    pdf = bytearray((folder / "sealed.pdf").read_bytes())
    pdf[pdf.index(b"/Producer") + 12 if b"/Producer" in pdf else 900] ^= 1
    (folder / "sealed.pdf").write_bytes(pdf)


def an_event_left_out(folder):
    change(folder, "chain.json", lambda chain: (chain["events"].pop(2), chained(chain["events"])))


def events_exchanged(folder):
    def exchange(chain):
        chain["events"][1], chain["events"][2] = chain["events"][2], chain["events"][1]
        chained(chain["events"])
        chain["head"] = chain["events"][-1]["hash"]

    change(folder, "chain.json", exchange)


def an_event_put_in(folder):
    def put(chain):
        chain["events"].insert(0, dict(chain["events"][0], actor_name="Mallory"))
        chained(chain["events"])
        chain["head"] = chain["events"][-1]["hash"]

    change(folder, "chain.json", put)


def a_cut_chain(folder):
    def cut(chain):
        del chain["events"][3:]
        chain["head"] = chain["events"][-1]["hash"]

    change(folder, "chain.json", cut)


def another_end(folder):
    change(folder, "chain.json", lambda chain: chain.update(head="0" * 64))


def no_events(folder):
    change(folder, "chain.json", lambda chain: chain.update(events=[], head=""))


def other_words_of_an_event(folder):
    change(folder, "chain.json", lambda chain: chain["events"][0].update(text="Mallory signed"))


TAMPERINGS = (
    another_signer, behind_the_seal, before_the_seal, without_seal, in_the_hole_of_the_seal,
    a_second_range, one_byte, an_event_left_out, events_exchanged, an_event_put_in, a_cut_chain,
    another_end, no_events, other_words_of_an_event,
)  # fmt: skip


def test_no_tampering_ends_with_all_right(unpacked):  # noqa: F811
    assert run_check(unpacked).returncode == 0
    names = ("sealed.pdf", "evidence.json", "chain.json", "SHA256SUMS")
    kept = {name: (unpacked / name).read_bytes() for name in names}
    for tamper in TAMPERINGS:
        tamper(unpacked)
        sums_made_anew(unpacked)
        done = run_check(unpacked)
        assert done.returncode == 1, tamper.__name__
        assert "ALL RIGHT" not in done.stdout, tamper.__name__
        for name, content in kept.items():
            (unpacked / name).write_bytes(content)
    assert run_check(unpacked).returncode == 0


def test_a_file_that_was_slipped_in_is_named(unpacked):  # noqa: F811
    (unpacked / "TD-2026-0001-v1.pdf").write_bytes((unpacked / "frozen.pdf").read_bytes())
    assert run_check(unpacked).returncode == 0  # as pdfdetach leaves it, see HOW-TO-CHECK.html
    (unpacked / "amendment\x1b[2K.pdf").write_bytes(b"%PDF-1.7")

    done = run_check(unpacked)

    assert done.returncode == 1
    assert "NO   nothing is here that is not listed amendment?[2K.pdf" in done.stdout


def test_attachments_that_are_written_in_ascii85_are_found(unpacked):  # noqa: F811
    """One document of fourteen has such an attachment, by chance; see engine.end_plainly."""
    embedded = runpy.run_path(str(unpacked / "check_chain.py"))["embedded"]
    evidence = (unpacked / "evidence.json").read_bytes()
    for filters, packed in (("/ASCII85Decode", evidence),
                          ("/ASCII85Decode /FlateDecode", zlib.compress(evidence))):  # fmt: skip
        body = a85encode(packed) + b"~>"
        pdf = (
            b"7 0 obj\n<</Filter [%s]/Length %d>>\nstream\n" % (filters.encode(), len(body))
            + body + b"\nendstream\nendobj\n"
        )  # fmt: skip
        assert evidence in list(embedded(pdf))
