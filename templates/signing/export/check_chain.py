"""Recompute the evidence in this folder: python3 check_chain.py. Needs Python 3 alone.

It finds whether the digest in the seal is that of exactly these bytes. Whether the seal itself
is genuine, and whose it is, it does not check; see HOW-TO-CHECK.html.
"""

import base64
import contextlib
import hashlib
import json
import re
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sha256(data, prefix=b""):
    return hashlib.sha256(prefix + data).hexdigest()


def canonical(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def check(is_right, what):
    # A name could hold what makes a terminal overwrite lines.
    print("ok  " if is_right else "NO  ", "".join(c if c.isprintable() else "?" for c in what))
    if not is_right:
        check.failed += 1


def check_events(events, name):
    previous = ""
    for number, event in enumerate(events, 1):
        content = {key: event[key] for key in event if key not in ("hash", "text")}
        follows = content["sequence"] == number and content["previous"] == previous
        if not follows or sha256(canonical(content), b"implportal-audit-1\n") != event["hash"]:
            return check(False, f"{name}: event {number} does not fit")
        previous = event["hash"]
    return check(True, f"{name}: all {len(events)} events follow from each other")


def embedded(pdf):
    """Every stream in a PDF, as it is and unpacked."""
    for match in re.finditer(rb"stream\r?\n", pdf):
        start = match.end()
        for length in re.findall(rb"/Length (\d+)", pdf[max(0, start - 600) : start])[-1:]:
            data = pdf[start : start + int(length)]
            if b"/ASCII85Decode" in pdf[pdf.rfind(b" obj", 0, start) : start]:
                with contextlib.suppress(ValueError):
                    data = base64.a85decode(data.strip().removesuffix(b"~>"))
            yield data
            with contextlib.suppress(zlib.error):
                yield zlib.decompress(data)


def is_sealed_as_it_is(pdf):
    """The one seal is over all bytes but its own, and the digest in it is theirs."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    if len(ranges) != 1:
        return False
    start, end, again, rest = map(int, ranges[0])
    seal = pdf[end:again]
    if start or again + rest != len(pdf) or not re.fullmatch(rb"<[0-9A-Fa-f]*>", seal):
        return False
    told = b"06092a864886f70d010904" + b"31220420" + sha256(pdf[:end] + pdf[again:]).encode()
    return told in seal.lower()  # the attribute messageDigest


def reaches_the_end(pdf):
    """Whether the seal is over the whole file, from the first byte to the last."""
    spans = re.findall(rb"/ByteRange\s*\[\s*0\s+\d+\s+(\d+)\s+(\d+)\s*\]", pdf)
    return bool(spans) and int(spans[-1][0]) + int(spans[-1][1]) == len(pdf)


def main():
    check.failed = 0
    listed = {}
    for line in (HERE / "SHA256SUMS").read_text().splitlines():
        expected, _, name = line.partition("  ")
        listed[name] = expected
        file = HERE / name
        check(file.is_file() and sha256(file.read_bytes()) == expected, name)
    there = {file.relative_to(HERE).as_posix(): file for file in HERE.rglob("*") if file.is_file()}
    # What pdfdetach took out under another name is a copy of something listed.
    strangers = sorted(
        name
        for name in there.keys() - listed.keys() - {"SHA256SUMS"}
        if sha256(there[name].read_bytes()) not in listed.values()
    )
    check(not strangers, f"nothing is here that is not listed {' '.join(strangers)}".rstrip())

    evidence_bytes = (HERE / "evidence.json").read_bytes()
    frozen, sealed = (HERE / "frozen.pdf").read_bytes(), (HERE / "sealed.pdf").read_bytes()
    evidence, chain = json.loads(evidence_bytes), json.loads((HERE / "chain.json").read_bytes())
    document, events = evidence["document"], evidence["events"]
    check(is_sealed_as_it_is(sealed), "the seal is over sealed.pdf as it is, from end to end")
    inside = {sha256(data) for data in embedded(sealed)}
    check(reaches_the_end(sealed), "the seal is over sealed.pdf to its last byte")
    check(sha256(evidence_bytes) in inside, "evidence.json is the one inside sealed.pdf")
    check(sha256(frozen) in inside, "frozen.pdf is the one inside sealed.pdf")
    check(sha256(frozen) == document["pdf_sha256"], "frozen.pdf is what was signed (D2)")
    content = (HERE / "content.json").read_bytes()
    check(
        sha256(content, b"implportal/document-content/1\n") == document["content_sha256"],
        "content.json is what was signed (D1)",
    )
    for signer in evidence["signers"]:
        statement = signer["statement"]
        told, name = signer["consent"]["text"].encode(), statement["typed_name"]
        check(
            sha256(canonical(statement), b"implportal/statement/1\n") == signer["statement_sha256"]
            and statement["pdf_sha256"] == document["pdf_sha256"]
            and statement["content_sha256"] == document["content_sha256"]
            and statement["consent_sha256"] == sha256(told),
            f"the statement of {name} fits the document and the consent (D3, D5)",
        )
        picture = statement["picture_sha256"]
        if picture:
            check(picture in listed.values(), f"the picture of {name}'s signature (D4)")
    check_events(events, "evidence.json")
    check_events(chain["events"], "chain.json")
    check(evidence["chain"]["head"] == events[-1]["hash"], "the sealed head is the last hash")
    check(chain["events"][: len(events)] == events, "chain.json begins with the sealed events")
    check(chain["head"] == chain["events"][-1]["hash"], "the head of chain.json is its last hash")
    print("ALL RIGHT" if not check.failed else f"{check.failed} THINGS ARE NOT RIGHT")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
