"""Cells as suppliers and spreadsheets write them, and the numbers that are in them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.numbers import is_no_number, normalise, number_text, split_numbers, tidy

CELLS = st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none())
NUMBERS = st.builds(
    lambda letters, digits: letters + digits,
    st.text(string.ascii_uppercase, max_size=2),
    st.text(string.digits, min_size=9, max_size=20),
).filter(lambda number: number.strip("0" + string.ascii_letters) != "")


@pytest.mark.parametrize(
    "cell",
    [
        None, "", "   ", "0", 0, 0.0, "0.0", "000", "-", "--", "n/a", "N/A", "na", "#N/A", "#REF!", "#VALUE!", "none", "None", "null",
        "tba", "TBC", "tbd", "pending", "Pending...", "pending 3 days", "awaiting pickup", "not available", "to be advised", "?", "x",
        "no tracking", "Untracked", "1.23E+21", "1.23e+21", "1,23E+21", "9.40011E+21", "1E+21", 1.23e21, 9.4001112062064062e21,
        "'", "\u00a0", "\u200b", "DHL", True,
        "'1.23E+21", "'n/a 1'", "9400111206206406260787.0", "9" * 4097,
    ],
)  # fmt: skip
def test_a_cell_without_a_number_holds_none(cell: object) -> None:
    assert is_no_number(cell)
    assert split_numbers(cell) == ()


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("1Z5R89390357567127", ("1Z5R89390357567127",)),
        ("  1z 5R8 939 0357567127 ", ("1Z5R89390357567127",)),
        ("9400 1112 0620 6406 2607 87", ("9400111206206406260787",)),
        ("00 81827 0998 0000 0200 33 350 276 C", ("008182709980000020033350276C",)),
        ("0073938000549297", ("0073938000549297",)),
        ("'0073938000549297", ("0073938000549297",)),
        (123456789012, ("123456789012",)),
        (123456789012.0, ("123456789012",)),
        ("123456789012.0", ("123456789012",)),
        ("1,234,567,890", ("1234567890",)),
        ("YT2229521272164446,YT2229521272164447", ("YT2229521272164446", "YT2229521272164447")),
        ("YT2229521272164446 / YT2229521272164447", ("YT2229521272164446", "YT2229521272164447")),
        ("YT2229521272164446 YT2229521272164447", ("YT2229521272164446", "YT2229521272164447")),
        ("YT2229521272164446\r\nYT2229521272164447;", ("YT2229521272164446", "YT2229521272164447")),
        ("YT2229521272164446 and YT2229521272164447", ("YT2229521272164446", "YT2229521272164447")),
        ("RB123456785GB + 9400111206206406260787", ("RB123456785GB", "9400111206206406260787")),
        ("YT2229521272164446, n/a", ("YT2229521272164446",)),
        ("yt2229521272164446|YT2229521272164446", ("YT2229521272164446",)),
        ("TBC 000000000001", ("TBC000000000001",)),
        ("TBC 0000 0000 0001", ("TBC000000000001",)),
        ("1LS7119013618127-1", ("1LS7119013618127-1",)),
        ("AB/12", ("AB/12",)),
        ("track-me-1", ("track-me-1",)),
        ("T1", ("T1",)),
        ("X0", ("X0",)),
        ("X1E21", ("X1E21",)),
        ("9" * 4096, ("9" * 4096,)),
        ("YT2229521272164446/YT2229521272164447", ("YT2229521272164446", "YT2229521272164447")),
        ("3318810025 3318810036", ("3318810025", "3318810036")),  # together they would be one of USPS
        ("PARCEL99 PARCEL98X", ("PARCEL99", "PARCEL98X")),
        ("box 7", ("box7",)),
    ],
)
def test_numbers_come_out_of_a_cell(cell: object, numbers: tuple[str, ...]) -> None:
    assert split_numbers(cell) == numbers


def test_leading_zeros_are_part_of_a_number() -> None:
    assert normalise("00 123-4500000000 27") == "00123450000000027"
    assert normalise("0123") != normalise("123")


def test_spaces_dashes_case_and_quotes_do_not_make_another_number() -> None:
    written = (
        "1Z5R89390357567127",
        "1z5r-8939-0357567127",
        "1Z 5R8 939\u00a00357567127",
        "'1Z5R89390357567127",
        "\uff11Z5R89390357567127",
    )
    assert {normalise(number) for number in written} == {"1Z5R89390357567127"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, ""),
        (12, "12"),
        (12.0, "12"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**53, "9.00719925474099E+15"),
        (-(2.0**53), "-9.00719925474099E+15"),
        ("123456789012345.0", "123456789012345"),
        ("1234567890123456.0", "1.23456789012346E+15"),
        ("1" * 4094 + ".0", "1.11111111111111E+4093"),
    ],
    ids=lambda one: str(one)[:30],
)
def test_a_number_that_a_float_cannot_hold_is_not_taken_for_exact(cell: str | float | None, text: str) -> None:
    assert number_text(cell) == text


def test_a_cell_that_is_too_long_for_a_number_is_left_as_it_is() -> None:
    assert number_text("1" * 4095 + ".0") == "1" * 4095 + ".0"


@pytest.mark.parametrize("cells", [(1, 1.0, True), (True, 1.0, 1)])
def test_one_and_yes_are_told_apart_whichever_was_asked_for_first(cells: tuple[float, ...]) -> None:
    assert [normalise(cell) for cell in cells] == ["" if cell is True else "1" for cell in cells]


@pytest.mark.parametrize(
    "sign",
    "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"  # dashes
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # unseen
    "'\"`\u2018\u2019\u201c\u201d\uff07\uff02\uff40"  # quotes
    " \u00a0\u2009\u3000",  # spaces
    ids=lambda sign: f"U+{ord(sign):04X}",
)
def test_no_dash_space_quote_or_unseen_sign_makes_another_number(sign: str) -> None:
    assert normalise(f"1Z5R{sign}89390357567127") == "1Z5R89390357567127"


@pytest.mark.parametrize("sign", "/+&\uff0f", ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_sign_that_may_be_part_of_a_number_parts_only_long_ones(sign: str) -> None:
    assert split_numbers(f"PARCEL99{sign}PARCEL98X") == ("PARCEL99", "PARCEL98X")
    assert len(split_numbers(f"T1{sign}T2")) == 1


@pytest.mark.parametrize("sign", ",;|\r\n\t\u3001\uff0c\uff1b", ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_sign_that_is_never_part_of_a_number_parts_any_two(sign: str) -> None:
    assert split_numbers(f"T1{sign}T2") == ("T1", "T2")


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("PARCEL99 & PARCEL98X", ("PARCEL99", "PARCEL98X")),
        ("9400 1112 0620 6406 2607 87 AND RB 123456785 GB", ("9400111206206406260787", "RB123456785GB")),
        ("PARCEL9 PARCEL8X", ("PARCEL9PARCEL8X",)),  # too short to be two
        ("PARCEL9/PARCEL8X", ("PARCEL9/PARCEL8X",)),
        ("123,456", ("123456",)),
        ("12,345,678", ("12345678",)),
        ("1234,567", ("1234", "567")),
        ("12,3456", ("12", "3456")),
        ("123456789012.00", ("123456789012",)),
        ("pending 12345", ("pending12345",)),
        ("NOTE12", ("NOTE12",)),
        ("12E34", ("12E34",)),
        ("1E2", ("1E2",)),
        ("1.5E12345", ("1.5E12345",)),
        ("1E2345", ("1E2345",)),
        ("12E+3456", ("12E+3456",)),
    ],
)
def test_a_cell_is_parted_only_where_numbers_may_end(cell: str, numbers: tuple[str, ...]) -> None:
    assert split_numbers(cell) == numbers


@pytest.mark.parametrize(
    "word",
    [
        "pending", "awaiting", "waiting", "await", "not", "no", "none", "without", "to be", "will be", "tba", "tbc", "tbd",
        "n/a", "na", "unknown", "untracked", "processing", "coming", "soon",
    ],
)  # fmt: skip
def test_a_word_for_none_counts_whatever_comes_after_it(word: str) -> None:
    for cell in (f"{word} 1234", f"{word.upper()}: in 3\ndays"):
        assert is_no_number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "1.2E+3",
        "1.2E-3",
        "1,2e3",
        "1.2 E 3456",
        "9E21",
        "9e215",
        "9 E +21",
        "12E+3",
        "123E-456",
        "#DIV/0!",
        "#NUM0?",
        "#n/a1",
    ],
)
def test_what_a_spreadsheet_writes_where_a_number_was_is_none(cell: str) -> None:
    assert is_no_number(cell)


@given(CELLS)
def test_normalising_twice_is_normalising_once(cell: str | float | None) -> None:
    once = normalise(cell)
    assert normalise(once) == once


@given(CELLS)
def test_a_number_that_was_taken_out_is_tidy_and_stays_itself(cell: str | float | None) -> None:
    for number in split_numbers(cell):
        assert tidy(number) == number
        assert not is_no_number(number)
        assert normalise(number)


@given(st.lists(NUMBERS, unique_by=normalise, max_size=5), st.sampled_from([", ", ";", "\n", " | ", "\t"]))
def test_joined_numbers_come_apart_again(numbers: list[str], between: str) -> None:
    assert split_numbers(between.join(numbers)) == tuple(numbers)
