"""What suppliers and customers write cannot inject markup, headers or links into a mail."""

import csv
import io
import re
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.alerts import sample
from syncd.alerts.letters import Deed, Digest, Incident, IncidentState, LeadTime, Row, Turn
from syncd.alerts.links import CARRIER_HOSTS, carrier_link, order_page, parcel_page, unlinked
from syncd.alerts.post import mail
from syncd.alerts.words import LONGEST, foreign
from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking
from syncd.reports.csvtext import TRIGGERS
from tests.alerts.letters import NOW, envelope

BITS = [
    "\r\n", "\n", "\r", "Bcc: thief@evil.example\r\n", "\r\n\r\n<html>", "<script>alert(1)</script>", '"><img src=x onerror=y>', "'",
    "{{ 7 * 7 }}", "{% for %}", "{what}", "{0}", "%s", "https://evil.example/a", "http://evil.example", "//evil.example", "www.evil.example",
    "evil.example", "a@evil.example", "javascript:alert(1)", "mailto:a@evil.example", "data:text/html,x", "\u202e", "\u2066", "\u200b",
    "\x00", "\x1b[31m", "\x07", "\ud800", "&lt;", "`rm -rf`", "=cmd()", "@SUM(1)", "\t=1", "\u2028", "\ufeff", "evil\uff0eexample", "x" * 400,
]  # fmt: skip
NASTY = st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=8)), min_size=1, max_size=6).map("".join)
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
A_HOST = re.compile(r"(?i)[a-z0-9]\.(example|test)\b")
OURS = {"admin.shopify.com", "t.17track.net"}


class Reader(HTMLParser):
    """What a mail program would make of the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def letter(text: str) -> Digest:
    """A digest in which everything that others write is `text`."""
    seen = dict.fromkeys(
        ("error", "supplier_order", "supplier_status", "rung", "reason", "company", "shipped_at"), text
    )
    seen |= {
        "numbers": [text],
        "store_numbers": [text, text],
        "used_by": [{"order": text, "where": text}],
        "candidates": [text],
    }
    deed = Deed(
        turn=Turn.REFUSED,
        action=Action.CREATE_FULFILLMENT,
        lines=(StepLine(line_item_id="gid://shopify/LineItem/1", sku=text, quantity=1),),
        tracking=(Tracking(number=text, company=text, url=text),),
        text=text,
    )
    rows = tuple(
        Row(thing=text, since=NOW, order_id=order, seen=seen, deed=deed) for order in (text, "gid://shopify/Order/1")
    )
    incident = Incident(
        kind="ghost_shipment", severity="critical", state=IncidentState.ACKNOWLEDGED, store="main", since=NOW, source=text,
        rows=rows * 4, by=text,
    )  # fmt: skip
    whole = sample.digest(NOW)
    late = tuple(replace(one, supplier=text) for one in whole.lead_times)
    assert isinstance(late[0], LeadTime)
    not_done = tuple(replace(one, order=text, order_id=text, deed=deed) for one in whole.not_done)
    return replace(whole, new=(incident,), still_open=(), resolved=(), done=(), not_done=not_done, lead_times=late)


def about(text: str):
    """A mail at once about one thing that is called `text`."""
    one = letter(text).new[0]
    return replace(sample.at_once(NOW), incidents=(replace(one, rows=one.rows[:1]), one))


@settings(max_examples=60)
@given(NASTY)
def test_no_text_of_others_gets_into_the_headers(text):
    for told in (letter(text), about(text)):
        raw = mail(told, envelope()).message.as_bytes()
        headers = message_from_bytes(raw, policy=policy.default)
        assert headers["Bcc"] is None
        assert sorted({name.lower() for name in headers.keys()}) == sorted(  # noqa: SIM118 - a message is no dict
            {
                "from", "to", "subject", "date", "message-id", "auto-submitted", "list-unsubscribe", "mime-version",
                "content-type", "content-language",
            }
        )  # fmt: skip
        assert headers["To"] == "merchant@example.com"
        assert not re.search(r"[\r\n]", headers["Subject"])
        assert not HIDDEN.search(headers["Subject"])
        assert not A_HOST.search(headers["Subject"])
        assert len(headers["Subject"]) <= 160


@settings(max_examples=60)
@given(NASTY)
def test_no_text_of_others_becomes_markup_or_a_link(text):
    plain = read(mail(letter("x"), envelope()).html)
    made = mail(letter(text), envelope())
    reader = read(made.html)
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in plain.tags} | {"a"}
    assert not {name for _, attrs in reader.tags for name in attrs if name.startswith("on")}
    links = [attrs["href"] or "" for tag, attrs in reader.tags if tag == "a"]
    assert {urlsplit(link).hostname for link in links} <= OURS
    assert {urlsplit(link).scheme for link in links} <= {"https"}
    assert not A_HOST.search(" ".join(reader.text))
    assert not HIDDEN.search("".join(reader.text))


@settings(max_examples=60)
@given(NASTY)
def test_the_plain_text_has_no_link_of_others_and_no_line_of_theirs(text):
    made = mail(letter(text), envelope())
    assert not HIDDEN.search(made.text)
    assert {urlsplit(link).hostname for link in re.findall(r"https?://\S+", made.text)} <= OURS
    assert not re.search(r"(?i)^(bcc|to|subject):", made.text, re.MULTILINE)
    # Every line is indented or one of ours: a foreign text cannot begin one.
    ours = mail(letter("x"), envelope()).text.splitlines()
    assert len(made.text.splitlines()) <= len(ours) + 20


@settings(max_examples=60)
@given(NASTY)
def test_the_attached_table_runs_nothing(text):
    (table,) = mail(letter(text), envelope()).message.iter_attachments()
    rows = list(csv.reader(io.StringIO(table.get_content().lstrip("\ufeff"))))
    assert {len(row) for row in rows} == {11}
    for row in rows:
        for cell in row:
            assert cell[:1] not in TRIGGERS
            assert not HIDDEN.search(cell)


@settings(max_examples=200)
@given(NASTY)
def test_others_words_are_one_short_line_without_anything_to_click(text):
    shown = foreign(text)
    assert len(shown) <= LONGEST
    assert shown.splitlines() in ([], [shown])
    assert "://" not in shown
    assert not A_HOST.search(shown)
    assert not re.search(r"(?i)(javascript|mailto|data):", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Shipped with DHL", "Shipped with DHL"),
        ("see https://evil.example/x", "see https[:]/evil[.]example/x"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("write a@evil.example", "write a@evil[.]example"),
        ("2.5 kg, v1.2", "2.5 kg, v1.2"),
        ("SKU A.1", "SKU A.1"),
        ("Mailto:x@y", "Mailto[:]x@y"),
        ("12:30", "12:30"),
    ],
)
def test_what_looks_like_a_link_is_taken_apart(text, shown):
    assert unlinked(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://www.dhl.com/x",
        "https://evil.example/dhl.com",
        "https://dhl.com.evil.example/",
        "https://evildhl.com/",
        "https://dhl.com:8443/",
        "https://dhl.com./",
        "https://user@dhl.com/",
        "https://dhl.com\\@evil.example/",
        "https://dhl.com\t.evil.example",
        "https://d\u04bbl.com/",
        "javascript:alert(1)",
        "//dhl.com/",
        "https:dhl.com",
        "",
        None,
    ],
)
def test_only_https_links_to_carriers_are_kept(url):
    assert carrier_link(url) is None


def test_a_carriers_link_is_kept_in_plain_ascii():
    assert carrier_link("https://www.dhl.com/track?id=1Z&x=y#z") == "https://www.dhl.com/track?id=1Z&x=y#z"
    assert carrier_link('https://WWW.UPS.com/a"b<c>\u00e9') == "https://www.ups.com/a%22b%3Cc%3E%C3%A9"


def test_a_strangers_link_gives_way_to_a_page_of_our_choice():
    assert (
        parcel_page(Tracking(number="AB 1", company="Odd", url="https://evil.example"))
        == "https://t.17track.net/en#nums=AB1"
    )
    assert parcel_page(Tracking(number="X1", company="UPS", url="https://www.ups.com/x")) == "https://www.ups.com/x"
    assert parcel_page(Tracking(number="\u200b", company="UPS")) is None


def test_hosts_of_carriers_are_names_without_a_scheme():
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in CARRIER_HOSTS)


@pytest.mark.parametrize(
    "order_id", [None, "", "x", "gid://shopify/Order/1?x", "gid://shopify/Order/\u0661", "1/../2x"]
)
def test_an_order_without_a_plain_id_has_no_page(order_id):
    assert order_page("shop.myshopify.com", order_id) is None


@pytest.mark.parametrize("domain", [None, "evil.example", "shop.myshopify.com.evil.example", "a/b.myshopify.com"])
def test_a_store_without_a_plain_domain_has_no_page(domain):
    assert order_page(domain, "gid://shopify/Order/1") is None
