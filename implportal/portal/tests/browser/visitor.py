"""A person at a browser, who looks at every page that comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

AXE = Axe()
WIDER_THAN_WINDOW = """() => {
  const width = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth > width
    ? [...document.querySelectorAll("main *")]
        .filter((one) => one.getBoundingClientRect().right > width + 1)
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 120)).concat("scrolls sideways")
    : [];
}"""


@dataclass
class Visitor:
    """What a person does, in their words; each new page is held to what all pages promise."""

    page: Page
    has_script: bool = True
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(f"{self.page.url}: {said.text} ({said.location['url']})")

    def go(self, address: str) -> None:
        """Open an address of the portal."""
        answer = self.page.goto(address)
        assert answer.ok, f"{address} answered {answer.status}"
        self.look()

    def press(self, name: str, *, within: Locator | None = None, exact: bool = False) -> None:
        """Press the first button or link of that name and look at the page that it leads to."""
        place = within or self.page.locator("main")
        found = place.get_by_role("button", name=name, exact=exact).or_(
            place.get_by_role("link", name=name, exact=exact)
        )
        with self.page.expect_navigation():
            found.first.click()
        self.look()

    def fill(self, within: Locator | None = None, **answers: object) -> None:
        """Answer fields by their names: text, the words of a choice, or those to tick."""
        place = within or self.page.locator("main")
        for name, answer in answers.items():
            control = place.locator(f"[name='{name}']:not([type=hidden])")
            kind = control.first.evaluate("one => one.type")
            if kind in {"checkbox", "radio"}:
                for words in answer if isinstance(answer, list) else [answer]:
                    box = control if words is True else self._box(name, str(words))
                    box.check()
            elif kind == "select-one":
                control.select_option(label=str(answer))
            elif kind == "file":
                control.set_input_files(answer)
            else:
                control.fill(str(answer))

    def _box(self, name: str, words: str) -> Locator:
        boxes = self.page.locator(f"main [name='{name}']")
        return boxes.and_(self.page.get_by_label(words)).first

    def reads(self, *texts: str) -> None:
        """Expect the texts on the page, to be seen."""
        for text in texts:
            expect(self.page.get_by_text(text).first).to_be_visible()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def look(self) -> None:
        """Hold the page to what all pages promise: accessible, and no wider than the window."""
        self.seen.append(self.page.url)
        assert self.page.evaluate(WIDER_THAN_WINDOW) == [], self.page.url
        if self.has_script:
            found = AXE.run(self.page)
            assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
