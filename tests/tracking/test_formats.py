"""Every row of the table of formats, by a number that was made up for it; real ones are in `test_judging.py`."""

import string

import pytest

from syncd.domain.carrier_names import FAMILIES
from syncd.domain.number_formats import FORMATS
from syncd.domain.numbers import NumberState, judge

MADE_UP = [
    ("UPS 1Z", "1ZYCDYBK155OXTZ7Q8"),
    ("UPS waybill", "A1034054773"),
    ("USPS 20", "73012199759135935498"),
    ("USPS IMpb online", "4206630194970792650823648972332089"),
    ("USPS IMpb commercial", "4207236595690118284066888569411616"),
    ("USPS legacy", "4207065822982315580134402403"),
    ("FedEx Express 12", "315802642502"),
    ("FedEx Express 34", "1588089875136678860199467191989654"),
    ("FedEx ASTRA 32", "30134392118877234745661961244332"),
    ("FedEx Ground 15", "429703744986661"),
    ("FedEx Ground SSCC-18", "330293579003303879"),
    ("FedEx Ground 96", "9655942070973969940900"),
    ("FedEx Ground GSN", "9677159697619222402303722122899935"),
    ("DHL Express", "4343894380"),
    ("DHL Express piece", "JMQ689734971"),
    ("DHL eCommerce", "LXFO3RRYOUQ3"),
    ("DHL eCommerce 14", "06160667121750"),
    ("DHL Paket", "00340616948544325529"),
    ("DPD 28", "851373803596960928277704635Y"),
    ("DPD 14", "618242598122792"),
    ("DPD 14 without its check digit", "51641769871692"),
    ("Amazon Logistics", "TBC502720610392"),
    ("Amazon international", "A0394745874"),
    ("Canada Post 16", "7731815162489776"),
    ("Canpar 22", "X743094312844286687494"),
    ("GOFO Express", "GFUS47010436826506"),
    ("Landmark Global", "LTN06143121N1"),
    ("LaserShip LX", "LH10909562"),
    ("LaserShip 1LS7 15", "1LS721981499514"),
    ("LaserShip 1LS7 18", "1LS72250112167531"),
    ("LaserShip 1LSCX", "1LSCX2TKH35X622"),
    ("Old Dominion", "78098234194"),
    ("Old Dominion guaranteed", "80498055088"),
    ("OnTrac C", "C27259533867850"),
    ("OnTrac D", "D10157895987473"),
    ("Purolator 12", "309240629415"),
    ("Purolator letters", "WKS740534713"),
    ("Spee-Dee", "SP174798837371157916"),
    ("Yodel", "JD6377689511046006"),
    ("YunExpress", "YT5317712470721949"),
    ("S10", "XG352155791GM"),
    ("Cainiao LP", "LP33012284447553"),
    ("Cainiao CNUSUP", "CNFCTH8897276202"),
    ("Cainiao CNAIN", "CNAIN06558159702"),
    ("AliExpress local delivery", "29831100995"),
    ("CJPacket", "CJPKL9192938410YQ"),
    ("4PX", "4PX70989820421514CN"),
    ("Yanwen", "UX796489422YP"),
    ("SunYou", "SY0F6R17570328"),
    ("SF Express", "SF358893809842"),
    ("Evri", "H00YEYZI1N83UZ4M"),
]
BY_NAME = {form.name: form for form in FORMATS}
WITH_A_CHECK_DIGIT = [row for row in MADE_UP if BY_NAME[row[0]].check]


def test_every_format_has_a_number_here() -> None:
    assert [name for name, _ in MADE_UP] == list(BY_NAME)


@pytest.mark.parametrize(("name", "number"), MADE_UP, ids=[row[0] for row in MADE_UP])
def test_a_number_of_this_form_is_one_of_its_carrier_s(name: str, number: str) -> None:
    form = BY_NAME[name]
    assert form.accepts(number)
    assert not form.accepts(f"{number}?")
    assert judge(number, company=FAMILIES[form.family][0]).state in {NumberState.VALID, NumberState.PLAUSIBLE}


@pytest.mark.parametrize(("name", "number"), WITH_A_CHECK_DIGIT, ids=[row[0] for row in WITH_A_CHECK_DIGIT])
def test_with_any_other_check_digit_it_is_none(name: str, number: str) -> None:
    form = BY_NAME[name]
    match = form.pattern.fullmatch(number)
    assert match is not None
    before, after = number[: match.start("check")], number[match.end("check") :]
    fitting = [sign for sign in string.digits + string.ascii_uppercase if form.accepts(f"{before}{sign}{after}")]
    assert fitting == [match["check"]]
