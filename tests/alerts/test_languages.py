"""No language misses a message, and each writes numbers, dates and plurals in its own manner."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from syncd.alerts.languages import LANGUAGES, catalog, tongue
from syncd.alerts.words import kind_words
from syncd.reconcile.catalogue import KINDS
from tests.alerts.letters import NOW
from tests.alerts.messages import TRANSLATED, file_of, template, written

STAYS = re.compile(r"\{\w+\}|`[^`]+`|[0-9]+")


def forms(text) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_file_has_every_message_once_and_in_order(language, request):
    if request.config.getoption("--refresh"):
        file_of(language).write_text(written(language), encoding="utf-8")
    assert file_of(language).read_text(encoding="utf-8") == written(language), "pytest tests/alerts --refresh"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_message_is_without_a_translation(language):
    missing = [message.id for message in catalog(language) if message.id and not all(forms(message.string))]
    doubtful = [message.id for message in catalog(language) if message.fuzzy and message.id]
    assert missing == []
    assert doubtful == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_commands_and_numbers_stay_as_they_are(language):
    for message in catalog(language):
        if message.id:
            wanted = sorted(STAYS.findall(forms(message.id)[-1]))
            for translation in forms(message.string):
                assert sorted(STAYS.findall(translation)) == wanted or _says_one(wanted, translation), message.id


def _says_one(wanted, translation) -> bool:
    """The form for one thing may leave the number out, as English does."""
    return wanted == ["{n}"] and not STAYS.findall(translation)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_as_the_message_does(language):
    """Sentences stay sentences: a missing stop shows where a translation was cut off."""
    for message in catalog(language):
        for english, translation in zip(forms(message.id), forms(message.string), strict=False):
            if english:
                assert (english[-1] == ".") == (translation[-1] in ".。"), message.id
                assert translation[0] != " ", message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_detected_kind_is_told_in_the_language(language):
    english, other = tongue("en", zone="UTC"), tongue(language, zone="UTC")
    for kind in KINDS.values():
        if kind.is_detected:
            assert kind_words(kind.name, other).title != kind_words(kind.name, english).title
            assert (
                kind_words(kind.name, other).you != kind_words(kind.name, english).you
                or not kind_words(kind.name, english).you
            )


def test_a_kind_that_is_newer_than_the_translation_is_told_in_english():
    assert kind_words("transit_stalled", tongue("da", zone="UTC")).title == KINDS["transit_stalled"].title
    assert kind_words("brand_new_kind", tongue("da", zone="UTC")).title == "Brand new kind"


def test_what_is_not_told_is_not_the_header_of_the_file():
    assert all("Plural-Forms" not in word for word in _all_words("da"))


def _all_words(language: str) -> list[str]:
    words = kind_words("brand_new_kind", tongue(language, zone="UTC"))
    return [words.title, words.means, words.why, words.syncd, words.you, words.mind]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["0 orders", "1 order", "2 orders", "1,234 orders"]),
        ("da", ["0 ordrer", "1 ordre", "2 ordrer", "1.234 ordrer"]),
        ("fr", ["0 commande", "1 commande", "2 commandes", "1\u202f234 commandes"]),
        ("zh-TW", ["0 張訂單", "1 張訂單", "2 張訂單", "1,234 張訂單"]),
    ],
)
def test_each_language_counts_in_its_manner(language, told):
    words = tongue(language, zone="UTC")
    assert [words.count("{n} order", "{n} orders", n) for n in (0, 1, 2, 1234)] == told


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("en", "UTC", "20 Nov 2026, 07:00"),
        ("da", "Europe/Copenhagen", "20. nov. 2026 08.00"),
        ("fr", "Europe/Paris", "20 nov. 2026, 08:00"),
        ("zh-TW", "Asia/Taipei", "2026年11月20日 下午3:00"),
        ("en", "America/Los_Angeles", "19 Nov 2026, 23:00"),
    ],
)
def test_each_language_writes_times_in_its_manner_and_in_the_stores_zone(language, zone, told):
    assert tongue(language, zone=zone).moment(NOW) == told


def test_times_follow_summer_time():
    words = tongue("da", zone="Europe/Copenhagen")
    assert words.moment(datetime(2026, 7, 1, 12, tzinfo=UTC)).endswith("14.00")
    assert words.moment(datetime(2026, 12, 1, 12, tzinfo=UTC)).endswith("13.00")


@pytest.mark.parametrize(
    ("language", "told"), [("en", "2.4 days"), ("da", "2,4 dage"), ("fr", "2,4\u00a0jours"), ("zh-TW", "2.4 天")]
)
def test_lengths_of_time_have_the_languages_units(language, told):
    assert tongue(language, zone="UTC").days(timedelta(days=2.4)) == told


def test_the_names_of_languages_are_those_of_the_configuration():
    from syncd.config.models import LANGUAGES as CONFIGURED

    assert tuple(LANGUAGES) == CONFIGURED


def test_the_template_has_kinds_steps_and_fixed_words():
    found = {(message.context, message.id) for message in template() if message.id}
    assert ("ghost_shipment", "Shipped after it was called off") in found
    assert ("done", "Marked as fulfilled") in found
    assert (None, ("{n} order", "{n} orders")) in found
    assert ("turn", "Waits for your yes") in found
