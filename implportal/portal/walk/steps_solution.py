"""The solution: imported, read, asked about, revised, read again."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from implportal.portal.walk.browser import Page, WalkFailed
from implportal.portal.walk.forms import Upload
from implportal.portal.walk.journey import Person, Walk

READERS = ("carl", "dora")
WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s")
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+|<[^>]*>")
UNDERLINE = re.compile(r"[ ]{0,3}(?:=+|-+)[ \t]*")


def import_solution(walk: Walk) -> None:
    page = walk.open("ines", "solution/import/").submit(file=walk.solution)
    page = page.send(page.form(field="kept"))
    _check_sections(walk, page, walk.solution, version=1)


def link_requirements(walk: Walk) -> None:
    """Each requirement is answered by one of the sections, from the first on."""
    codes = [f"R-{number:03}" for number in range(1, walk.requirements + 1)]
    addresses = list(_section_links(walk.open("ines", "solution/")))
    for place, address in enumerate(addresses[: len(codes)]):
        page = walk.staff("ines").get(f"{address}requirements/")
        page.submit(requirements=codes[place :: len(addresses)])
    page = walk.open("ines", "solution/send/")
    if left := [code for code in codes if code in page.text]:
        raise page.fail(f"These requirements are still called unanswered: {', '.join(left)}")
    walk.report.note(f"{len(codes)} requirements, each linked to a section")


def send_version_1(walk: Walk) -> None:
    names = [walk.people[key].name for key in READERS]
    page = walk.open("ines", "solution/send/").submit(
        contacts=names, message="Please ask whatever is not clear."
    )
    walk.report.note(page.messages[0] if page.messages else "sent")
    pdf = walk.wait("the PDF of version 1", lambda: _version_pdf(walk, 1))
    walk.download(pdf, "solution-v1.pdf")


def discuss(walk: Walk) -> None:
    """One reader asks, we answer, the reader settles it."""
    carl, dora = (walk.people[key] for key in READERS)
    page = walk.come_by_link(carl)
    check_words(walk, page, walk.solution)
    asked = "Does this include the files of the last ten years?"
    page = page.follow(to="/question/").submit(action="/question/", text=asked)
    page.expect(asked)
    page = walk.open("ines", "questions/").expect(asked)
    page.submit(action="/answer/", text="Yes; the revised version will say so.")
    walk.mail(carl)
    page = carl.browser.get(carl.desk).expect("the revised version will say so")
    page.submit(action="/close/")
    walk.report.note(f"{carl.name} asked, Ines answered, {carl.name} settled it")
    page = walk.come_by_link(dora)
    understood = understand(walk, dora, page, most=12)
    walk.report.note(f"{dora.name} understood {understood} sections of version 1")


def understand(walk: Walk, person: Person, page: Page, *, most: int = 10_000) -> int:
    """Say of one section after the other that it is understood, until none is left."""
    count = 0
    while count < most and page.has_form(action="/understood/"):
        page = page.submit(action="/understood/")
        count += 1
    return count


def revise(walk: Walk) -> None:
    walk.open("ines", "solution/").submit(action="/solution/revise/")
    page = walk.open("ines", "solution/reimport/").submit(file=walk.revised)
    tiles = {
        tile.with_class("ip-tile-label")[0].text(): tile.with_class("ip-tile-value")[0].text()
        for tile in page.main.with_class("ip-tile")
    }
    told = ", ".join(f"{number} {label.lower()}" for label, number in tiles.items())
    walk.report.note(f"the import announces {told}")
    page = page.send(page.form(field="state_token"))
    _check_sections(walk, page, walk.revised, version=2)
    names = [walk.people[key].name for key in READERS]
    walk.open("ines", "solution/send/").submit(contacts=names)
    pdf = walk.wait("the PDF of version 2", lambda: _version_pdf(walk, 2))
    walk.download(pdf, "solution-v2.pdf")


def see_changes(walk: Walk) -> None:
    """Both readers see what changed, and understand everything."""
    for key in READERS:
        person = walk.people[key]
        page = walk.come_by_link(person)
        changes = page.follow(to="/changes/")
        if key == READERS[0]:
            _note_changes(walk, changes)
            check_words(walk, page, walk.revised)
        count = understand(walk, person, page)
        walk.report.note(f"{person.name} understood the {count} sections that were left")


def _note_changes(walk: Walk, page: Page) -> None:
    kinds = Counter(
        section.all("h2")[0].with_class("ip-badge")[0].text()
        for section in page.main.with_class("ip-document")
    )
    words = {tag: len(page.main.all(tag)) for tag in ("ins", "del")}
    if not kinds:
        raise page.fail("Nothing changed between the two versions.")
    same = next((line for line in page.main.lines() if "the same as before" in line), "")
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    walk.report.fact("Between the versions", f"{told}; {same}")
    walk.report.note(
        f"what changed: {told}; {same} {words['ins']} insertions, {words['del']} deletions shown"
    )


def _version_pdf(walk: Walk, version: int) -> Page | None:
    page = walk.open("ines", "solution/versions/")
    for line in page.main.with_class("ip-line"):
        if f"Version {version}" in line.text():
            for link in line.all("a"):
                return walk.staff("ines").get(urlsplit(link.get("href")).path)
    return None


def _section_links(page: Page) -> dict[str, str]:
    """Return address and heading of each section in the contents of the solution."""
    found: dict[str, str] = {}
    for node in page.tree.with_class("sd-contents"):
        for link in node.all("a"):
            hidden = link.with_class("ip-hidden")
            words = link.text().partition(hidden[0].text() if hidden else "\0")[0]
            found[urlsplit(link.get("href")).path] = words.strip()
    return found


def _check_sections(walk: Walk, page: Page, file: Upload, *, version: int) -> None:
    """Refuse to go on unless each heading of ``file`` is a section or stands on the title page."""
    headings = read_headings(file)
    sections = [_plain(title) for title in _section_links(page).values()]
    front = walk.open("ines", "solution/edit/").form(field="subtitle").filled({}, None)
    on_front = [_plain(str(value)) for name, value in front if name in {"title", "subtitle"}]
    lost = Counter(headings) - Counter(sections) - Counter(on_front)
    if lost:
        raise page.fail(f"{file.name}: these headings are no section: {', '.join(lost)}")
    if more := Counter(sections) - Counter(headings):
        walk.report.note(f"sections beyond the headings of the file: {', '.join(more)}")
    walk.report.fact(
        f"Sections of version {version}",
        f"{len(sections)}, from {len(headings)} headings in {file.name}; none is lost",
    )
    walk.report.note(f"{file.name}: {len(headings)} headings, {len(sections)} sections")


def check_words(walk: Walk, page: Page, file: Upload) -> None:
    """Refuse to go on where more than one word in a hundred of ``file`` is not shown."""
    written = Counter(WORD.findall(ADDRESS.sub(" ", file.data.decode("utf-8-sig"))))
    shown = Counter(WORD.findall(page.tree.text()))
    lost = sum((written - shown).values())
    total = sum(written.values())
    if lost > total / 100:
        some = ", ".join(word for word, _count in (written - shown).most_common(20))
        raise page.fail(f"{lost} of {total} words of {file.name} are not shown: {some}")
    walk.report.note(f"the customer's page shows {total - lost:,} of {total:,} words of the file")


def read_headings(file: Upload) -> list[str]:
    """Return the headings of a Markdown file, outside of code, without numbers and signs.

    Written apart from the portal's own reading, on purpose: it checks that one.
    """
    try:
        lines = file.data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise WalkFailed(f"{file.name} is not UTF-8: {error}") from error
    headings: list[str] = []
    is_code = False
    before = ""
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        if not is_code and line.startswith("#") and _plain(line):
            headings.append(_plain(line))
        elif not is_code and UNDERLINE.fullmatch(line) and _plain(before) and "|" not in before:
            headings.append(_plain(before))
        before = line if not line.startswith("#") else ""
    return headings


def _plain(heading: str) -> str:
    """Return the words of a heading alone, for comparing."""
    return " ".join(WORD.findall(NUMBER.sub("", heading.lstrip("# \t")))).lower()


STEPS = (
    ("The solution, imported from a file", import_solution),
    ("Sections linked to requirements", link_requirements),
    ("Version 1, sent to two readers", send_version_1),
    ("A question, its answer, settled", discuss),
    ("Version 2 from the revised file", revise),
    ("What changed, read and understood by both", see_changes),
)
