"""What carriers are called in the store, and where a customer follows a number."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.carrier_names import ALIASES, FAMILIES, fold, listed_name
from syncd.domain.carriers import page, resolve, safe_url, same_company, tracking_for
from syncd.domain.number_formats import FORMATS
from syncd.domain.shopify_carriers import ANYWHERE, BY_COUNTRY
from syncd.domain.tracking import Tracking
from tests.reference import REFERENCE, needs_reference


@needs_reference
@pytest.mark.reference
def test_the_names_are_those_of_the_recorded_schema() -> None:
    names = json.loads((REFERENCE / "facts/shopify-carriers-2026-10.json").read_text())
    assert list(ANYWHERE) == names["any_country"]
    assert {country: list(each) for country, each in BY_COUNTRY.items()} == names["by_shop_country"]


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("usps", "USPS"),
        ("US Postal Service", "USPS"),
        ("U.S. Postal Service", "USPS"),
        ("ups ", "UPS"),
        ("fedex", "FedEx"),
        ("Federal Express", "FedEx"),
        ("dhl", "DHL Express"),
        ("DHL-Express", "DHL Express"),
        ("dhl ecommerce", "DHL eCommerce"),
        ("yun express", "YunExpress"),
        ("yunexpress", "YunExpress"),
        ("YUNEXPRESS", "YunExpress"),
        ("Hermes UK", "Evri"),
        ("Hermes", "Hermes"),
        ("china ems", "China Post"),
        ("royal mail", "Royal Mail"),
        ("4px", "4PX"),
        ("sf express", "SF Express"),
        ("Japan Post", "Japan Post (EN)"),
        ("colis prive", "colis prive"),
        ("Colis Privé", "Colis Privé"),
        ("Österreichische Post", "Österreichische Post"),
        ("PostNord Danmark", "PostNord DK"),
        ("Yanwen", "Yanwen"),
        ("Somebody  Logistics", "Somebody Logistics"),
        ("", None),
        (None, None),
    ],
)
def test_a_name_in_any_spelling_becomes_the_one_that_the_store_knows(name: str | None, company: str | None) -> None:
    carrier = resolve(name, number=None)
    assert carrier.company == company
    assert carrier.is_listed == (company in {*ANYWHERE, *(name for names in BY_COUNTRY.values() for name in names)})


@pytest.mark.parametrize("name", [*ANYWHERE, *(name for names in BY_COUNTRY.values() for name in names)])
def test_a_name_that_the_store_knows_stays_itself(name: str) -> None:
    if name == "DHL":
        return  # the number tells which DHL, see below
    assert resolve(name, number=None).company == name
    assert resolve(name.upper(), number=None).company == name


@pytest.mark.parametrize(
    ("number", "company"),
    [
        ("3318810025", "DHL Express"),
        ("GM2951173225174494", "DHL eCommerce"),
        ("00340434161094042557", "DHL"),
        ("anything", "DHL Express"),
    ],
)
def test_plain_dhl_is_told_apart_by_its_number(number: str, company: str) -> None:
    assert resolve("DHL", number=number).company == company


@pytest.mark.parametrize(
    ("number", "company"),
    [
        ("RB123456785SE", "PostNord SE"),
        ("RB123456785no", "PostNord NO"),
        ("RB123456785DK", "PostNord DK"),
        ("RB123456785FI", "Portal PostNord"),
        ("12345678", "Portal PostNord"),
        (None, "Portal PostNord"),
    ],
)
def test_plain_postnord_is_told_apart_by_the_country_in_its_number(number: str | None, company: str) -> None:
    assert resolve("PostNord", number=number).company == company


def test_without_a_name_only_a_telling_number_names_the_carrier() -> None:
    assert resolve(None, number="1Z5R89390357567127").company == "UPS"
    assert resolve(None, number="YT2229521272164446").company == "YunExpress"
    assert resolve(None, number="123456789012").company is None


@pytest.mark.parametrize(
    ("number", "company", "url", "written"),
    [
        ("1z 5r89390357567127", "ups", None, Tracking(number="1Z5R89390357567127", company="UPS", url=None)),
        ("LP00675700340000", "Cainiao", None,
         Tracking(number="LP00675700340000", company="Cainiao", url="https://global.cainiao.com/newDetail.htm?mailNoList=LP00675700340000")),
        ("A&B/12 3456", "Somebody", None,
         Tracking(number="A&B/123456", company="Somebody", url="https://t.17track.net/en#nums=A%26B%2F123456")),
        ("12345678", "Somebody", "https://track.example.com/12345678",
         Tracking(number="12345678", company="Somebody", url="https://track.example.com/12345678")),
        ("12345678", "Somebody", "http://track.example.com/12345678",
         Tracking(number="12345678", company="Somebody", url="https://t.17track.net/en#nums=12345678")),
        ("JD0002242617644732", "Yodel", None,
         Tracking(number="JD0002242617644732", company="Yodel", url="https://www.yodel.co.uk/tracking/JD0002242617644732")),
        ("12345678", None, None, Tracking(number="12345678", company=None, url=None)),
        ("12345678", "USPS", "javascript:alert(1)", Tracking(number="12345678", company="USPS", url=None)),
    ],
)  # fmt: skip
def test_tracking_is_written_so_that_the_customer_gets_a_link(
    number: str, company: str | None, url: str | None, written: Tracking
) -> None:
    assert tracking_for(number, company=company, url=url) == written


@pytest.mark.parametrize(
    "url",
    [
        None, "", "http://track.example.com/1", "ftp://track.example.com", "https://", "https://localhost", "https://a b.example.com",
        "https://track.example.com/\n", "https://user:pw@track.example.com/", "javascript:alert(1)", "//track.example.com", "https://[::1",
        "data:text/html,x",
    ],
)  # fmt: skip
def test_only_a_plain_https_link_reaches_a_customer(url: str | None) -> None:
    kept = safe_url(url)
    assert kept is None or kept == (url or "").strip() == "https://track.example.com/"


def test_the_same_carrier_in_two_spellings_is_no_mismatch() -> None:
    assert same_company("usps", "US Postal Service")
    assert same_company("DHL", "DHL Express")
    assert same_company(None, "")
    assert same_company("Somebody Logistics", "somebody-logistics")
    assert not same_company("Somebody", "Somebody else")
    assert not same_company("UPS", "USPS")
    assert not same_company("Royal Mail", "China Post")
    assert not same_company("UPS", None)


@given(st.text(min_size=1))
def test_a_page_is_https_and_holds_nothing_but_the_quoted_number(number: str) -> None:
    shown = page(number, company="nobody")
    assert shown.startswith("https://t.17track.net/en#nums=")
    assert shown.isascii()
    assert not set("<>\"' &/#?") & set(shown.removeprefix("https://t.17track.net/en#nums="))


@given(st.text(), st.text(), st.one_of(st.none(), st.text()))
def test_writing_what_was_written_changes_nothing(number: str, company: str, url: str | None) -> None:
    once = tracking_for(number, company=company, url=url)
    assert tracking_for(once.number, company=once.company, url=once.url) == once


def test_every_alias_leads_to_a_name_that_the_store_knows() -> None:
    assert {listed_name(name) for name in ALIASES} == set(ALIASES)
    meant: dict[str, set[str]] = {}
    for name, aliases in ALIASES.items():
        for alias in aliases:
            meant.setdefault(fold(alias), set()).add(name)
    assert [alias for alias, names in meant.items() if len(names) > 1] == []


def test_every_format_belongs_to_a_family_that_has_names() -> None:
    assert {form.family for form in FORMATS} == set(FAMILIES)
