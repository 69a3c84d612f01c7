"""HTML: a page shows what others wrote as text; tests/reports/test_page.py looks at every place of every page."""

import re
from html.parser import HTMLParser

import pytest

from adapters.sandbox.shopify import NewLine

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "</title><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "</style><style>@import 'https://evil.example'",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "<!--><base href=https://evil.example>",
    "&lt;script&gt;",
    "\u202ehtml\u2066\x1b[31m\x9b31m\x00",
)
ALLOWED_META = {"viewport", "referrer", "robots", "color-scheme"}


class Page(HTMLParser):
    """The elements of a page as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_report_of_a_hostile_shop_holds_no_element_of_theirs(desk, attack):
    desk.configure(('lines = { sku_prefix = "DP-" }', 'lines = { vendor = "Depot" }'))
    desk.env["SYNCD_ACTOR"] = attack.replace("\x00", "")
    order = desk.store.world.create_order(NewLine(sku=attack, quantity=1, vendor="Depot", title=attack), tags=[attack])
    desk.depot.put(order.name, sku=attack, quantity="1")
    desk.depot.ship(order.name, number=f"{attack}1234567890", sku=attack, carrier=attack)
    desk.order("CJ-1")
    desk.syncd("fulfill", "#1002", "--tracking", "12345678", "--note", desk.env["SYNCD_ACTOR"], "--yes")
    for command in ("drift", "history"):
        text = desk.syncd(command, "--format", "html").out
        elements = Page(text).elements
        tags = {tag for tag, _ in elements}
        assert not tags & {"script", "img", "svg:script", "iframe", "base", "object", "embed", "form", "link"}
        for tag, attrs in elements:
            assert not [name for name in attrs if name.startswith("on")]
            if tag == "meta":
                policy = attrs.get("http-equiv") == "Content-Security-Policy"
                assert policy or "charset" in attrs or attrs.get("name") in ALLOWED_META
            if "href" in attrs:
                assert re.match(r"https://admin\.shopify\.com/store/[a-z0-9-]+/orders/\d+$|#[a-z]+$", attrs["href"])
        assert text.count("<style>") == text.count("</style>") == 1
        assert "default-src 'none'" in text
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
