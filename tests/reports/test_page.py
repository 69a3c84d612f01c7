"""The HTML page: one file that loads nothing, runs nothing, and shows foreign text as text."""

import base64
import hashlib
import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from syncd.domain.observation import Problem
from syncd.domain.steps import Action
from syncd.reports.facts import DriftReport, Event, Source, StoreFacts, findings
from syncd.reports.webpage import history_page, html_page
from tests.reports import sample
from tests.reports.sample import NOW, record, report, run, step

CANARY = "<script>alert('x')</script><img src=x onerror=\"y\"><b>{{ 7 * 7 }}\u202e"
LOADERS = {
    "script",
    "img",
    "iframe",
    "link",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "form",
    "base",
    "use",
    "image",
}


class Seen(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def hostile() -> DriftReport:
    """A report in which every foreign text is hostile."""
    bad = record(
        "tracking_reused", "critical", order=1001, days=1, source=CANARY, sku=CANARY, evidence={CANARY: CANARY}
    )
    bad = replace(bad, drift=replace(bad.drift, order=CANARY, kind=CANARY, thing=CANARY))
    good = record("shipped_not_fulfilled", "high", order=1002, days=1, sku=CANARY)
    answer = step(good, Action.CREATE_FULFILLMENT, number=CANARY, company=CANARY, why=CANARY)
    outcomes = tuple(replace(one, text=CANARY, step=replace(one.step, order=CANARY)) for one in run().outcomes)
    return DriftReport(
        generated_at=NOW,
        stores=(StoreFacts(name=CANARY, shop=f"{CANARY}.myshopify.com"), StoreFacts(name="main")),
        findings=findings("main", (bad, good), steps=(answer,), held=((answer, replace(sample.HELD, text=CANARY, remedy=CANARY)),)),
        sources=(
            Source(name=CANARY, role="supplier", complete=False, observed_at=NOW, error=CANARY,
                   problems=(Problem(place=CANARY, text=CANARY),)),
        ),
        runs=(replace(run(), actor=CANARY, outcomes=outcomes),),
        refused=(replace(sample.HELD, text=CANARY, remedy=CANARY),),
    )  # fmt: skip


def pages() -> list[str]:
    hostile_event = Event(
        at=NOW, actor=CANARY, what=CANARY, why=CANARY, order=CANARY, before={CANARY: CANARY}, after=None
    )
    return [
        html_page(report()),
        html_page(report(records=())),
        html_page(hostile()),
        history_page(sample.EVENTS, generated_at=NOW),
        history_page((hostile_event,), generated_at=NOW),
        history_page((), generated_at=NOW),
    ]


@pytest.mark.parametrize("html", pages())
def test_a_page_loads_nothing_runs_nothing_and_has_no_inline_style(html):
    seen = Seen(html)
    assert not LOADERS & {tag for tag, _ in seen.elements}
    for tag, attrs in seen.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], tag
        assert tag == "a" or "href" not in attrs, tag
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("html", pages())
def test_the_policy_forbids_all_but_this_very_style(html):
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    (policy,) = [
        attrs["content"]
        for attrs in Seen(html).all("meta")
        if "Content-Security-Policy" in (attrs.get("http-equiv") or "")
    ]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize("html", pages())
def test_foreign_text_is_shown_and_never_obeyed(html):
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    assert ">49<" not in html


def test_hostile_text_is_still_readable_as_text():
    words = "".join(Seen(html_page(hostile())).words)
    assert words.count("<script>alert('x')</script>") > 10


@pytest.mark.parametrize("html", pages())
def test_a_page_can_be_used_without_eyes_or_mouse(html):
    seen = Seen(html)
    assert seen.all("html") == [{"lang": "en"}]
    assert len(seen.all("h1")) == 1
    assert len(seen.all("main")) == 1
    assert len(seen.all("caption")) == len(seen.all("table"))
    assert all(attrs.get("scope") in {"col", "row"} for attrs in seen.all("th"))
    levels = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in seen.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in seen.all("svg"):
        named = (attrs.get("aria-labelledby") or "").split()
        assert attrs.get("aria-hidden") == "true" or (named and set(named) <= set(ids))
    for _, attrs in seen.elements:
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)


def test_every_chart_says_in_words_what_it_shows():
    html = html_page(report())
    assert len(re.findall(r"<title id=", html)) == 3
    assert "30 days and more: 1 drift" in html


def test_orders_link_to_the_stores_admin_and_nowhere_else():
    links = [attrs for attrs in Seen(html_page(report())).all("a") if not (attrs["href"] or "").startswith("#")]
    assert links
    for attrs in links:
        assert re.fullmatch(r"https://admin\.shopify\.com/store/northwind-home/orders/\d+", attrs["href"] or "")
        assert attrs["rel"] == "noopener noreferrer"


@pytest.mark.parametrize(
    ("shop", "order_id", "url"),
    [
        ("northwind.myshopify.com", "gid://shopify/Order/12", "https://admin.shopify.com/store/northwind/orders/12"),
        (None, "gid://shopify/Order/12", None),
        ("northwind.example.com", "gid://shopify/Order/12", None),
        ("a/../b.myshopify.com", "gid://shopify/Order/12", None),
        ("northwind.myshopify.com", "gid://shopify/Order/x", None),
        ("northwind.myshopify.com", None, None),
    ],
)
def test_only_a_known_shop_and_a_numeric_id_make_a_link(shop, order_id, url):
    assert StoreFacts(name="main", shop=shop).admin_url(order_id) == url


def test_several_stores_are_told_apart():
    html = html_page(report(stores=(*report().stores, StoreFacts(name="second", mode="observe"))))
    assert '<span class="again quiet">main</span>' in html


def test_the_page_speaks_of_watching_when_nothing_may_be_changed():
    stores = (StoreFacts(name="main", mode="observe", orders=61),)
    words = " ".join(Seen(html_page(report(stores=stores))).words)
    assert "syncd only watches this store" in words
    assert "Would mark as fulfilled" in words


def test_all_is_well_when_nothing_is_wrong():
    words = " ".join(Seen(html_page(report(records=(), runs=()))).words)
    assert "Everything agrees." in words
    assert "Nothing. Have a good day." in words


def test_a_very_bad_day_is_listed_in_part_and_counted_in_full():
    many = tuple(record("unfulfilled_aging", "high", order=number, days=4) for number in range(1, 301))
    html = html_page(report(records=many))
    assert html.count('<th scope="row">') < 300
    assert "and 50 more" in html
    assert "300 orders need you." in html


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast_in_light_and_dark():
    """WCAG 2.2 AA: 4.5 to 1 for text, on every ground that it stands on."""
    (style,) = re.findall(r"<style>(.*?)</style>", html_page(report()), re.DOTALL)
    themes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", style)[:2]
    ]
    pairs = [(name, ground) for name in ("ink", "soft", "brand", "you") for ground in ("page", "card")]
    pairs += [(f"{name}-text", "card") for name in ("critical", "high", "medium", "low", "info")]
    pairs += [("you", "you-wash"), ("ink", "you-wash"), ("soft", "you-wash"), ("ink", "wash"), ("ink", "brand-wash")]
    for theme in themes:
        for text, ground in pairs:
            light, dark = sorted((luminance(theme[text]), luminance(theme[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground, theme[text], theme[ground])


def test_times_are_told_in_the_readers_zone():
    from zoneinfo import ZoneInfo

    html = html_page(report(zone=ZoneInfo("Europe/Copenhagen")))
    assert "20 Nov 2026, 10:30 CET" in html
    assert "last event" in html
    assert datetime(2026, 11, 20, 9, 30, tzinfo=UTC) == NOW
