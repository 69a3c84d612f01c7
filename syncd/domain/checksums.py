"""Check digits of tracking numbers: each function says whether `check` is the right one for `serial`.

The rules are public knowledge of the trade; the courier data set of github.com/jkeen/tracking_number_data (read
2026-11-21) is where they were compared, and the tests measure this module against its numbers.
Letters are upper case; a text that a rule cannot count raises ValueError, so patterns guard every call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Check = Callable[[str, str], bool]
"""`check(serial, digit)`: whether `digit` is the check digit of `serial`."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def mod10(*, even: int, odd: int, from_right: bool = False) -> Check:
    """Weighted sum to the next ten; positions count from 0. A letter counts as its code less 3, mod 10 (UPS)."""

    def is_right(serial: str, check: str) -> bool:
        ordered = serial[::-1] if from_right else serial
        total = sum(_ups_value(sign) * (odd if place % 2 else even) for place, sign in enumerate(ordered))
        return str(-total % 10) == check

    return is_right


def weighted(weights: Sequence[int]) -> Check:
    """Sum with weights, mod 11, mod 10 (FedEx)."""

    def is_right(serial: str, check: str) -> bool:
        total = sum(int(sign) * weight for sign, weight in zip(serial, weights, strict=True))
        return str(total % 11 % 10) == check

    return is_right


def luhn(serial: str, check: str) -> bool:
    """The card number rule: every second digit from the right is doubled and its digits are summed."""
    total = 0
    for place, sign in enumerate(reversed(serial)):
        doubled = int(sign) * (1 if place % 2 else 2)
        total += doubled // 10 + doubled % 10
    return str(-total % 10) == check


def mod7(serial: str, check: str) -> bool:
    """Remainder by seven (DHL Express)."""
    return str(int(serial) % 7) == check


def s10(serial: str, check: str) -> bool:
    """The postal union's rule for international items (UPU S10): eight weighted digits, mod 11."""
    total = sum(int(sign) * weight for sign, weight in zip(serial, _S10_WEIGHTS, strict=True))
    digit = 11 - total % 11
    return {10: "0", 11: "5"}.get(digit, str(digit)) == check


def mod37_36(serial: str, check: str) -> bool:
    """ISO 7064 MOD 37,36 over digits and letters (DPD)."""
    product = 36
    for sign in serial:
        total = (product + _ALPHABET.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36] == check


def _ups_value(sign: str) -> int:
    return int(sign) if sign.isdigit() else (ord(sign) - 3) % 10
