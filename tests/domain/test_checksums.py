"""Check digits: a worked example of each rule, and no other digit passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.checksums import luhn, mod7, mod10, mod37_36, s10, weighted

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# Made for each number anew, since what makes a rule is tested too.
def ups(serial, check):
    return mod10(even=1, odd=2)(serial, check)


def usps(serial, check):
    return mod10(even=3, odd=1)(serial, check)


def usps_from_right(serial, check):
    return mod10(even=3, odd=1, from_right=True)(serial, check)


def fedex(serial, check):
    return weighted((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))(serial, check)


# The rule, a serial number, its check digit, and whose number it is or what is special about it.
RIGHT = [
    (s10, "47312482", "9", "RR473124829FI"),
    (s10, "12345678", "5", "RB123456785GB"),
    (s10, "10000000", "3", "11 less 8"),
    (s10, "00060000", "0", "a rest of 1 would leave 10, and is written 0"),
    (s10, "00000000", "5", "a rest of 0 would leave 11, and is written 5"),
    (s10, "00000003", "1", "a rest of 10"),
    (luhn, "7992739871", "3", "79927398713, the textbook's number"),
    (luhn, "0720956276", "3", "07209562763 of Old Dominion"),
    (luhn, "5", "9", "doubled it is 10, and 1 + 0 = 1"),
    (luhn, "50", "5", "only every second digit is doubled"),
    (luhn, "0", "0", "nothing to make up for"),
    (mod7, "123456789", "1", "17636684 sevens, and 1"),
    (mod7, "7389105114", "6", "73891051146 of DHL Express"),
    (mod7, "14", "0", "two sevens"),
    (mod37_36, "09980000020033", "F", "09980000020033F of DPD"),
    (mod37_36, "09980000020034", "D", "09980000020034D of DPD"),
    (mod37_36, "00000000", "Y", "nothing but zeros"),
    (mod37_36, "59", "0", "a rest of 36 is written 0"),
    (mod37_36, "60000000", "I", "a sum of 36 stays 36"),
    (ups, "5R8939035756712", "7", "1Z5R89390357567127"),
    (ups, "1A", "5", "A counts 2"),
    (ups, "A1", "6", "and the second place double"),
    (usps, "0307179000052348374", "1", "03071790000523483741"),
    (usps, "2", "4", "the first place counts three times"),
    (usps, "0", "0", "nothing to make up for"),
    (usps_from_right, "940011120620640626078", "7", "9400111206206406260787"),
    (usps_from_right, "12", "3", "the last place counts three times: 6 + 1"),
    (usps, "12", "5", "the first place counts three times: 3 + 2"),
    (fedex, "98657878885", "5", "986578788855"),
    (fedex, "00000000000", "0", "nothing"),
    (fedex, "30000000002", "0", "11 leaves nothing"),
    (fedex, "20000000004", "0", "10 leaves 10, which is written 0"),
]


@pytest.mark.parametrize(("rule", "serial", "digit"), [row[:3] for row in RIGHT], ids=[row[3] for row in RIGHT])
def test_the_right_sign_passes_and_no_other(rule, serial, digit):
    assert [sign for sign in SIGNS if rule(serial, sign)] == [digit]


digits = st.text("0123456789", min_size=8, max_size=8)


@given(digits, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_postal_number_is_seen(serial, place, other):
    right = next(sign for sign in SIGNS if s10(serial, sign))
    typed = serial[:place] + other + serial[place + 1 :]
    # 0 and 5 each stand for two rests, so a mistake that leads from one to the other stays unseen.
    assert typed == serial or not s10(typed, right) or right in {"0", "5"}


@pytest.mark.parametrize(
    ("rule", "serial"), [(s10, "1234567"), (s10, "123456789"), (fedex, "1"), (luhn, "X"), (mod7, "")]
)
def test_what_a_rule_cannot_count_is_an_error(rule, serial):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever int and zip say
        rule(serial, "0")
