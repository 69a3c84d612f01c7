"""How surprising a number is beside the carrier that was named with it."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.number_formats import COUNTRIES, FORMATS, KNOWN_WHOLLY, of_family
from syncd.domain.numbers import NumberState, judge, normalise, split_numbers, telling_format
from tests.reference import REFERENCE, needs_reference

COURIERS = REFERENCE / "real/tracking/jkeen_tracking_number_data/couriers"
ACCEPTED = {NumberState.VALID, NumberState.PLAUSIBLE}


def _published(which: str) -> list[tuple[str, str]]:
    files = (json.loads(path.read_text()) for path in sorted(COURIERS.glob("*.json")))
    return [
        (file["name"], number)
        for file in files
        for form in file["tracking_numbers"]
        for number in form["test_numbers"][which]
    ]


@needs_reference
@pytest.mark.reference
def test_every_published_valid_number_is_accepted_for_its_courier() -> None:
    numbers = _published("valid")
    assert len(numbers) == 192
    assert [pair for pair in numbers if judge(pair[1], company=pair[0]).state not in ACCEPTED] == []


@needs_reference
@pytest.mark.reference
def test_every_published_invalid_number_is_suspect_for_its_courier() -> None:
    numbers = _published("invalid")
    assert len(numbers) == 88
    accepted = [pair for pair in numbers if judge(pair[1], company=pair[0]).state is not NumberState.SUSPECT]
    # Not one of Purolator's lettered numbers, which is why it is listed there, but a right one of its numeric ones.
    assert accepted == [("Purolator", "331426749957")]


@needs_reference
@pytest.mark.reference
def test_a_published_number_is_one_number_however_it_is_spaced() -> None:
    torn = [
        number
        for _, number in _published("valid")
        if [normalise(each) for each in split_numbers(number)] != [normalise(number)]
    ]
    assert torn == []


@needs_reference
@pytest.mark.reference
def test_without_a_carrier_no_number_is_called_bad() -> None:
    with (REFERENCE / "facts/suppliers/tracking_numbers/vectors.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 80
    assert {judge(row["number"], company=None).state for row in rows} == {*ACCEPTED, NumberState.UNKNOWN}


@needs_reference
@pytest.mark.reference
def test_dropship_samples_have_the_form_of_their_line() -> None:
    rows = json.loads((REFERENCE / "real/tracking/dropship_formats.json").read_text())
    states = {
        (row["carrier"], example): judge(example, company=None).state for row in rows for example in row["examples"]
    }
    # 23 digits are no form of anybody's, and this S10 sample has a made-up check digit.
    unknown = {carrier for (carrier, _), state in states.items() if state is NumberState.UNKNOWN}
    assert unknown == {"Printify sample USPS, 23 digits, not a valid IMpb length", "UPU S10"}


@pytest.mark.parametrize(
    ("number", "company", "state", "form"),
    [
        ("1Z5R89390357567127", "UPS", "valid", "UPS 1Z"),
        ("1Z5R89390357567128", "UPS", "suspect", "UPS 1Z"),
        ("1Z5R89390357567127", "FedEx", "suspect", None),
        ("1Z5R89390357567127", "Somebody Logistics", "valid", "UPS 1Z"),
        ("9400111206206406260787", "us postal service", "valid", "USPS IMpb online"),
        ("LZ123456785US", "USPS", "valid", "S10"),
        ("YT2229521272164446", "yun express", "plausible", "YunExpress"),
        ("LP00675700340000", "Cainiao", "plausible", "Cainiao LP"),
        ("CNUSUP00016597663", "AliExpress Standard Shipping", "plausible", "Cainiao CNUSUP"),
        ("62727952231", "AliExpress Selection Standard", "plausible", "AliExpress local delivery"),
        ("62727952231", "DHL Express", "suspect", "DHL Express"),
        ("62727952231", None, "plausible", "AliExpress local delivery"),
        ("CJPKL7160102171YQ", "CJPacket", "plausible", "CJPacket"),
        ("4PX3000123456789CN", "4PX", "plausible", "4PX"),
        ("UH123456789YP", "Yanwen", "plausible", "Yanwen"),
        ("UH123456789YP", "Royal Mail", "suspect", "S10"),
        ("UH123456789YP", None, "plausible", "Yanwen"),
        ("SF1234567890123", "顺丰", "plausible", "SF Express"),
        ("RB123456785GB", "Royal Mail", "valid", "S10"),
        ("RB123456786GB", "Royal Mail", "suspect", "S10"),
        ("RB000000005GB", "Royal Mail", "valid", "S10"),  # a sum that eleven divides takes 5
        ("RB000000000GB", "Royal Mail", "suspect", "S10"),
        ("RB020000000GB", "Royal Mail", "valid", "S10"),  # a rest of one takes 0
        ("RB123456786GB", "4PX", "unknown", None),  # 4PX has forms of its own that only look like a post's
        ("0B0480290000123456789", "Royal Mail", "unknown", None),
        ("94001116990045395649372", "USPS", "suspect", None),
        ("94001116990045395649372", None, "unknown", None),
        ("", "UPS", "unknown", None),
    ],
)
def test_a_number_is_judged_beside_its_carrier(number: str, company: str | None, state: str, form: str | None) -> None:
    verdict = judge(number, company=company)
    assert (verdict.state.value, verdict.format) == (state, form)


@pytest.mark.parametrize(
    ("number", "company", "text"),
    [
        ("1Z5R89390357567127", " ups ", "a UPS 1Z number, check digit right"),
        ("LP00675700340000", "Cainiao", "has the form of Cainiao LP"),
        ("1Z5R89390357567128", "UPS", "looks like UPS 1Z, but its check digit is wrong"),
        ("RB123456786GB", "Royal Mail", "looks like S10, but its check digit is wrong"),
        ("RB123456785XX", "Royal Mail", "looks like S10, but XX is no country"),
        ("1Z5R89390357567127", " fedex ", "has none of the forms that fedex uses"),
        ("RB123456786GB", "4PX", "a form of 4PX that is not in our table"),
        ("1Z5R89390357567127", None, "a UPS 1Z number, check digit right"),
        ("3318810025", None, "could be DHL Express"),
        ("94001116990045395649372", None, "no carrier in our table writes numbers like this"),
        ("", "UPS", "no tracking number"),
    ],
)
def test_a_judgement_says_why(number: str, company: str | None, text: str) -> None:
    assert judge(number, company=company).text == text


@pytest.mark.parametrize(
    ("number", "state", "form"),
    [
        ("RB123456785GB", "valid", "S10"),  # letters and a check digit: not by chance, though many posts share the form
        ("9400111206206406260787", "valid", "USPS IMpb online"),  # digits, but a prefix that is one carrier's alone
        ("CNUSUP00016597663", "plausible", "Cainiao CNUSUP"),  # also of a looser form of DHL eCommerce
    ],
)
def test_without_a_carrier_the_form_that_tells_most_is_named(number: str, state: str, form: str) -> None:
    verdict = judge(number, company=None)
    assert (verdict.state.value, verdict.format) == (state, form)


def test_only_a_number_of_the_right_form_has_a_country_in_it() -> None:
    (postal,) = (form for form in FORMATS if form.name == "S10")
    assert postal.country("RB123456785GB") == "GB"
    assert postal.country("1Z5R89390357567127") is None


def test_a_bare_run_of_digits_proves_no_carrier() -> None:
    assert judge("3318810025", company=None).state is NumberState.PLAUSIBLE
    assert telling_format("3318810025") is None
    assert telling_format("1Z5R89390357567127") is not None
    assert telling_format("1Z5R89390357567128") is None


@pytest.mark.parametrize(
    ("number", "company", "share"),
    [
        ("1Z5R89390357567127", "UPS", 0.95),
        ("9400111206206406260787", "USPS", 0.95),
        ("986578788855", "FedEx", 0.95),
        ("3318810025", "DHL Express", 0.85),
        ("RB123456785GB", "Royal Mail", 0.90),
    ],
)
def test_nearly_every_single_wrong_digit_is_seen_for_a_declared_carrier(
    number: str, company: str, share: float
) -> None:
    typos = [
        f"{number[:place]}{digit}{number[place + 1 :]}"
        for place, sign in enumerate(number)
        for digit in "0123456789"
        if sign.isdigit() and digit != sign
    ]
    seen = [typo for typo in typos if judge(typo, company=company).is_suspect]
    assert len(seen) / len(typos) >= share


@given(
    st.text(max_size=40),
    st.sampled_from([None, "UPS", "USPS", "FedEx", "DHL", "DPD", "Royal Mail", "Yanwen", "Nobody"]),
)
def test_any_text_can_be_judged(number: str, company: str | None) -> None:
    verdict = judge(number, company=company)
    assert verdict.text
    assert company in {"UPS", "USPS", "FedEx", "DHL", "DPD", "Royal Mail"} or not verdict.is_suspect


def test_every_family_that_is_known_wholly_has_formats() -> None:
    assert all(of_family(family) for family in KNOWN_WHOLLY)
    assert len({form.name for form in FORMATS}) == len(FORMATS)
    assert "YP" not in COUNTRIES
