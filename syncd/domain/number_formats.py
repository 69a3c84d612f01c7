"""What the tracking numbers of each carrier look like, as one table.

A family is a group of carrier names that share their numbers ("DHL Express" and "DHL eCommerce"). Patterns are
matched whole against `normalise`d text. Sources: the carriers' own label guides as collected and compared in
github.com/jkeen/tracking_number_data (read 2026-11-21) for the formats with a check digit and the carriers of
KNOWN_WHOLLY; suppliers' API samples for the dropship ones, which are hints and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from syncd.domain import checksums
from syncd.domain.checksums import Check


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTRIES = _words(
    """
    AC AD AE AF AG AI AL AM AN AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF
    CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
    GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP
    KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC
    NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
    SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE
    VG VI VN VU WF WS XK YE YT YU ZA ZM ZW
    """
)
"""ISO 3166 codes that can end an S10 number, with the postal union's few extra ones."""

Prepare = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of number. `pattern` has groups `serial` and `check` where there is a check digit, `country` in S10.

    `is_telling`: the shape alone names the carrier (letters, or a fixed long prefix), so an undeclared number of this
    shape may be taken for it. `company` is the carrier's name as a store lists it, for such numbers.
    """

    name: str
    family: str
    pattern: re.Pattern[str]
    check: Check | None = None
    prepare: Prepare = field(default=str)
    company: str | None = None

    @property
    def is_telling(self) -> bool:
        return self.company is not None

    def has_shape(self, number: str) -> bool:
        """Whether a normalised number looks like this format, its check digit aside."""
        return self.pattern.fullmatch(number) is not None

    def country(self, number: str) -> str | None:
        """The country code in a number of this shape, for formats that have one."""
        match = self.pattern.fullmatch(number)
        return match.groupdict().get("country") if match else None

    def accepts(self, number: str) -> bool:
        """Whether a normalised number has the shape and, where there is one, the right check digit."""
        match = self.pattern.fullmatch(number)
        if match is None or self.check is None:
            return match is not None
        country = match.groupdict().get("country")
        if country is not None and country not in COUNTRIES:
            return False
        return self.check(self.prepare(match["serial"]), match["check"])


def _format(
    family: str,
    name: str,
    pattern: str,
    check: Check | None = None,
    *,
    prepare: Prepare = str,
    company: str | None = None,
) -> Format:
    return Format(
        name=name,
        family=family,
        pattern=re.compile(pattern, re.ASCII),
        check=check,
        prepare=prepare,
        company=company,
    )


def _starting(prefix: str) -> Prepare:
    """The check digit also covers a prefix that may be left out on the label."""

    def prepare(serial: str) -> str:
        return serial if serial.startswith(prefix) else prefix + serial

    return prepare


_GS1 = checksums.mod10(even=3, odd=1)
_GS1_FROM_RIGHT = checksums.mod10(even=3, odd=1, from_right=True)
_THIRDS = checksums.mod10(even=1, odd=3)
_DOUBLES = checksums.mod10(even=1, odd=2)
_EXPRESS_11 = checksums.weighted((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))
_EXPRESS_13 = checksums.weighted((1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))

_ROUTE = r"(?:420(?:\d{5}(?=\d{22}$|\d{26}$)|\d{9}(?=\d{22}$)))?"
"""A USPS routing code: 420 and the destination's ZIP, or ZIP+4."""
_MAILER_9 = r"9\d{8}(?:\d{11}|\d{7})"
_MAILER_6 = r"[0-8]\d{5}(?:\d{14}|\d{10})"

FORMATS: tuple[Format, ...] = (
    _format("ups", "UPS 1Z", r"1Z(?P<serial>[A-Z0-9]{15})(?P<check>\d)", _DOUBLES, company="UPS"),
    _format("ups", "UPS waybill", r"[AHJKTV](?P<serial>\d{9})(?P<check>\d)", _DOUBLES),
    _format("usps", "USPS 20", r"(?P<serial>\d{19})(?P<check>\d)", _GS1),
    _format(
        "usps",
        "USPS IMpb online",
        rf"{_ROUTE}(?P<serial>94\d{{3}}(?:{_MAILER_9}|9\d{{8}}\d{{15}}|{_MAILER_6}))(?P<check>\d)",
        _GS1_FROM_RIGHT,
        company="USPS",
    ),
    _format(
        "usps",
        "USPS IMpb commercial",
        rf"{_ROUTE}(?P<serial>(?:92\d{{3}}(?=9)|93\d{{3}}(?=[0-8])|95\d{{3}})(?:{_MAILER_9}|{_MAILER_6}))(?P<check>\d)",
        _GS1_FROM_RIGHT,
        company="USPS",
    ),
    _format(
        "usps",
        "USPS legacy",
        r"(?:420\d{5}(?:\d{4})?)?(?P<serial>(?:91)?\d{19})(?P<check>\d)",
        _GS1,
        prepare=_starting("91"),
    ),
    _format("fedex", "FedEx Express 12", r"(?P<serial>\d{11})(?P<check>\d)", _EXPRESS_11),
    _format("fedex", "FedEx Express 34", r"[0-8]\d{19}(?P<serial>\d{13})(?P<check>\d)", _EXPRESS_13),
    _format("fedex", "FedEx ASTRA 32", r"3\d{15}(?P<serial>\d{11})(?P<check>\d)\d{4}", _EXPRESS_11),
    _format("fedex", "FedEx Ground 15", r"(?P<serial>\d{14})(?P<check>\d)", _THIRDS),
    _format("fedex", "FedEx Ground SSCC-18", r"\d{2}(?P<serial>\d{15})(?P<check>\d)", _GS1),
    _format("fedex", "FedEx Ground 96", r"96\d{5}(?P<serial>\d{14})(?P<check>\d)", _THIRDS),
    _format("fedex", "FedEx Ground GSN", r"96\d{18}(?P<serial>\d{13})(?P<check>\d)", _EXPRESS_13),
    _format("dhl", "DHL Express", r"(?P<serial>\d{9,10})(?P<check>\d)", checksums.mod7),
    _format("dhl", "DHL Express piece", r"J[A-Z]{2,3}\d{9,10}"),
    _format("dhl", "DHL eCommerce", r"(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[A-Z]*\d)[0-9A-Z]{10,39}"),
    _format("dhl", "DHL eCommerce 14", r"\d{14}"),
    _format("dhl", "DHL Paket", r"(?P<serial>00340\d{14})(?P<check>\d)", _GS1, company="DHL"),
    _format("dpd", "DPD 28", r"(?P<serial>\d{27})(?P<check>[0-9A-Z])", checksums.mod37_36),
    _format("dpd", "DPD 14", r"(?P<serial>\d{14})(?P<check>[0-9A-Z])", checksums.mod37_36),
    _format("dpd", "DPD 14 without its check digit", r"\d{14}"),
    _format("amazon", "Amazon Logistics", r"TB[ACM]\d{12}"),
    _format("amazon", "Amazon international", r"[AFC]\d{10}"),
    _format("canada_post", "Canada Post 16", r"(?P<serial>\d{15})(?P<check>\d)", _GS1),
    _format("canpar", "Canpar 22", r"[CDKLSUXZ]\d{21}", company="Canpar"),
    _format("gofo", "GOFO Express", r"GFUS\d{14}", company="GOFO Express"),
    _format("landmark", "Landmark Global", r"LTN\d{8}N1", company="Landmark Global"),
    _format("lasership", "LaserShip LX", r"L[AIEHNX][1-3]\d{7}"),
    _format("lasership", "LaserShip 1LS7 15", r"1LS7[12]\d{10}", company="Lasership"),
    _format("lasership", "LaserShip 1LS7 18", r"1LS7[12]\d{2}01[1-4]\d{6}1", company="Lasership"),
    _format("lasership", "LaserShip 1LSCX", r"1LSCX[0-9A-Z]{10}", company="Lasership"),
    _format("old_dominion", "Old Dominion", r"(?P<serial>(?:77[78]|072|780)\d{7})(?P<check>\d)", checksums.luhn),
    _format("old_dominion", "Old Dominion guaranteed", r"(?P<serial>80\d{8})(?P<check>\d)", checksums.luhn),
    _format("ontrac", "OnTrac C", r"C(?P<serial>\d{13})(?P<check>\d)", _DOUBLES, prepare=_starting("4")),
    _format("ontrac", "OnTrac D", r"D(?P<serial>\d{13})(?P<check>\d)", _DOUBLES, prepare=_starting("5")),
    _format("purolator", "Purolator 12", r"(?P<serial>[0-5]\d{10})(?P<check>\d)", checksums.luhn),
    _format("purolator", "Purolator letters", r"[A-Z]{3}\d{9}"),
    _format("speedee", "Spee-Dee", r"SP\d{18}", company="Spee-Dee"),
    _format("yodel", "Yodel", r"JJ?D\d{16}"),
    _format("yunexpress", "YunExpress", r"YT\d{16}", company="YunExpress"),
    _format("s10", "S10", r"[A-Z]{2}(?P<serial>\d{8})(?P<check>\d)(?P<country>[A-Z]{2})", checksums.s10),
    _format("cainiao", "Cainiao LP", r"LP\d{12,15}", company="Cainiao"),
    _format("cainiao", "Cainiao CNUSUP", r"CN[A-Z]{4}\d{8,11}", company="Cainiao"),
    _format("cainiao", "Cainiao CNAIN", r"CNAIN\d{10,12}", company="Cainiao"),
    _format("cainiao", "AliExpress local delivery", r"\d{11}"),
    _format("cjpacket", "CJPacket", r"CJPKL\d{10}YQ", company="CJPacket"),
    _format("4px", "4PX", r"4PX\d{10,16}CN", company="4PX"),
    _format("yanwen", "Yanwen", r"[A-Z]{2}\d{9}YP", company="Yanwen"),
    _format("sunyou", "SunYou", r"SY[A-Z0-9]{1,4}\d{8,14}", company="SunYou"),
    _format("sf", "SF Express", r"SF\d{12,13}", company="SF Express"),
    _format("evri", "Evri", r"H00[0-9A-Z]{13}", company="Evri"),
)

KNOWN_WHOLLY = _words(
    """
    ups usps fedex dhl dpd amazon canada_post canpar gofo landmark lasership old_dominion ontrac purolator speedee yodel
    yunexpress
    """
)
"""Families whose formats are all in the table: a number that fits none of them is suspect. Of the others only some are
known, and a number is suspect only where it has a known shape with a wrong check digit."""

ALSO: dict[str, tuple[str, ...]] = {
    "usps": ("s10",),
    "dhl": ("s10",),
    "canada_post": ("s10",),
    "4px": ("s10",),
    "yanwen": ("s10",),
    "sunyou": ("s10",),
    "cainiao": ("s10", "usps"),
    "cjpacket": ("usps", "yunexpress"),
}
"""Whose numbers a family carries besides its own: posts share S10, dropship lines hand over to the local post."""


def of_family(family: str) -> tuple[Format, ...]:
    """The formats that a carrier of `family` may use, its own first; every family has some."""
    return _BY_FAMILY[family]


def _by_family() -> dict[str, tuple[Format, ...]]:
    own: dict[str, list[Format]] = {}
    for form in FORMATS:
        own.setdefault(form.family, []).append(form)
    return {
        family: (*forms, *(form for other in ALSO.get(family, ()) for form in own[other]))
        for family, forms in own.items()
    }


_BY_FAMILY = _by_family()
