"""Texts that strangers write to run something, fetch something, or bring us down.

``EVIL`` is where everything would be fetched from, ``MARK`` an attribute that nothing of
ours carries: an element that has it came out of a text.
"""

from __future__ import annotations

from html.parser import HTMLParser

EVIL = "http://evil.example"
MARK = "data-hostile"

SHORT = {
    "script": f'"><script {MARK}>alert(1)</script>',
    "closing": f"</title></textarea></style></script><script {MARK}>alert(1)</script>",
    "attribute": f'" {MARK} autofocus onfocus="alert(1)" x="',
    "single quote": f"' {MARK} onmouseover='alert(1)' x='",
    "image": f"<img {MARK} src=x onerror=alert(1)>",
    "svg": f"<svg {MARK} onload=alert(1)><image href='{EVIL}/svg'/><script>alert(1)</script></svg>",
    "frame": f"<iframe {MARK} srcdoc='<script>alert(1)</script>' src='{EVIL}'></iframe>",
    "meta": f"<meta {MARK} http-equiv=refresh content='0;url={EVIL}'><base href='{EVIL}'>",
    "css": f"</style><style {MARK}>@import '{EVIL}/css'; *{{background:url({EVIL}/bg)}}</style>",
    "style": f"<p {MARK} style='width:expression(alert(1));background:url({EVIL}/p)'>x</p>",
    "link": "[a](javascript:alert(1)) [b](JaVa&#x53;cript:alert(1)) [c](data:text/html,x)",
    "autolink": "<javascript:alert(1)> <data:text/html;base64,PHNjcmlwdD4=> [d](vbscript:x)",
    "picture": f"![x]({EVIL}/p.png) ![y](file:///etc/passwd) ![z](data:image/svg+xml,<svg/>)",
    "reference": f"[a][b] ![c][b]\n\n[b]: javascript:alert(1)\n[c]: {EVIL}",
    "formula": '=cmd|"/c calc"!A1',
    "formula plus": "+1+1",
    "template": "{{ 7|add:7 }}{% debug %}${7*7}#{7*7}<%= 7*7 %>{{request.user.password}}",
    "percent": "%s %d %(name)s %(version)s %n {0} {x} [[link]] [[code]]",
    "sql": "'; DROP TABLE audit_entry; --",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x&#62; &amp;lt;",
    "directions": "\u05d0\u05d1\u2067abc\u2069 \u200f\u200e(\u0645\u0631\u062d\u0628\u0627)",
    "invisible": "a\u200bb\u200dc\ufeffd\u2060e\u00adf\u180eg\u034f",
    "combining": "Z" + "\u0310\u0352\u0344" * 40,
    "astral": "\U0001f469\u200d\U0001f4bb\U000e0041\U0001d54f",
    "path": "../../../etc/passwd\\..\\x;rm -rf / `id` $(id)",
    "mail": "x <a@evil.example>, b@evil.example;c Subject: y",
}
"""Of a length that a name or a title may have. Each may be refused, and none may do anything."""

LONG = {
    "word": "W" * 20_000,
    "quotes": "> " * 5_000 + "x",
    "lists": "\n".join("  " * depth + "- x" for depth in range(120)),
    "emphasis": "*a _b " * 5_000,
    "brackets": "[" * 10_000 + "![" * 5_000,
    "table": "|" + "a|" * 50 + "\n|" + "-|" * 50 + "\n" + ("|" + "x|" * 50 + "\n") * 200,
    "references": "[a]: /x\n\n" + "[a] " * 5_000,
    "laughs": "".join(f"[a{n}]: <x> '&a{n - 1};'\n" for n in range(1, 500)) + "[a499] " * 500,
    "html": "<div><table><tr><td>" * 2_000,
    "lines": "\n" * 5_000 + "x" + "\r\n" * 5_000,
}
"""For fields of many lines: nothing that runs, everything that costs."""

REFUSED = {
    "null": "a\x00b",
    "control": "a\x07\x1b[31mb",
    "reversed": "invoice\u202efdp.exe",
    "header": "Hello\r\nBcc: victim@evil.example",
    "header line": "Hello\nBcc: victim@evil.example",
}
"""What no field of one line may keep; of many lines only the first three are meant."""


class PageCheck(HTMLParser):
    """Collects what a page holds that cannot be ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        said = self.get_starttag_text() or tag
        self._in_script = tag == "script" and given.get("type") != "application/json"
        runs = any(name.startswith("on") for name in given) or {"style", "srcdoc"} & set(given)
        if MARK in given or runs or tag in {"iframe", "object", "embed", "base", "style"}:
            self.wrong.append(said)
        for name in ("href", "src", "action", "formaction", "poster", "data", "xlink:href"):
            if name in given and not self._is_ours(tag, name, given):
                self.wrong.append(said)

    @staticmethod
    def _is_ours(tag: str, name: str, given: dict[str, str]) -> bool:
        address = "".join(given[name].split()).lower()
        if tag == "a" and name == "href" and address.startswith(("http://", "https://", "mailto:")):
            # A link in somebody's text; it may be followed, and tells nobody where from.
            return "evil.example" not in address or "noreferrer" in given.get("rel", "")
        if tag == "a" and address.startswith("tel:"):
            return True
        if tag == "img" and address.startswith("data:image/"):
            return True
        scheme, colon, _rest = address.partition(":")
        is_elsewhere = address.startswith("//") or (colon and "/" not in scheme)
        return not is_elsewhere or address.startswith(("http://testserver", "http://127.0.0.1"))

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.wrong.append(f"<script>{data[:60]}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def what_is_wrong(html: str) -> list[str]:
    """The elements of a page that run, fetch or came out of a text."""
    check = PageCheck()
    check.feed(html)
    check.close()
    return check.wrong
