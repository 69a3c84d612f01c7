"""What a page says, in English: who has to act, how much of it there is, and the one thing to do first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.alerts import sample
from syncd.alerts.languages import tongue
from syncd.alerts.letters import Deed, Incident, IncidentState, Resolved, Row, Shop, Turn
from syncd.alerts.telling import page
from syncd.domain.steps import Action
from tests.alerts.letters import NOW

ENGLISH = tongue("en", zone="UTC")
DEED = Deed(turn=Turn.YOURS)


def row(order: int | None, deed: Deed | None = DEED, *, thing: str = "cj") -> Row:
    name, order_id = (f"#{order}", f"gid://shopify/Order/{order}") if order else (thing, None)
    return Row(thing=name, since=NOW - timedelta(hours=1), order_id=order_id, deed=deed)


def incident(*rows: Row, kind: str = "ghost_shipment", **more) -> Incident:
    state = more.pop("state", IncidentState.NEW)
    return Incident(
        kind=kind, severity="critical", state=state, store="main", since=NOW, source="cj", rows=rows, **more
    )


def digest(*incidents: Incident, **more):
    return page(replace(sample.quiet_digest(NOW), new=incidents, **more), ENGLISH)


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ([row(1)], "1 order needs you"),
        ([row(1), row(2)], "2 orders need you"),
        ([row(1), row(1)], "1 order needs you"),
        ([row(None)], "1 matter needs you"),
        ([row(1), row(None)], "2 matters need you"),
        ([row(1, None)], "1 order needs you"),
        ([row(1, Deed(turn=Turn.WAITS))], "1 order needs you"),
        ([row(1, Deed(turn=Turn.SUGGESTED))], "1 order needs you"),
        ([row(1, Deed(turn=Turn.REFUSED))], "1 order needs you"),
        ([row(1, Deed(turn=Turn.DONE, action=Action.HOLD))], "1 order needs you"),
        ([row(1, Deed(turn=Turn.DONE, action=Action.CREATE_FULFILLMENT))], "Nothing needs you"),
        ([row(1, Deed(turn=Turn.WILL))], "Nothing needs you"),
        ([row(1, Deed(turn=Turn.WOULD))], "Nothing needs you"),
        ([row(1, Deed(turn=Turn.WATCHED))], "Nothing needs you"),
        ([row(1, Deed(turn=Turn.UNKNOWN))], "Nothing needs you"),
    ],
)
def test_a_digest_says_who_has_to_act(rows, headline):
    told = digest(incident(*rows))
    assert told.headline == headline
    assert told.tiles[0].value == next(iter([word for word in headline.split() if word.isdigit()]), "0")


def test_what_was_settled_needs_nobody():
    settled = incident(row(1), state=IncidentState.RESOLVED)
    told = digest(resolved=(settled,))
    assert (told.headline, told.subject) == ("Nothing needs you", "[main] Nothing needs you (1 settled)")
    assert told.button is None


def test_a_quiet_day_has_no_numbers_and_nothing_to_press():
    told = digest()
    assert (told.tiles, told.sections, told.button) == ((), (), None)
    assert told.subject == "[main] Nothing needs you"


def test_advice_is_given_where_somebody_has_to_act():
    helpless, handled = incident(row(1)), incident(row(1, Deed(turn=Turn.WILL)))
    assert digest(helpless).sections[0].parts[0].paragraphs
    assert not digest(handled).sections[0].parts[0].paragraphs


def test_what_is_still_open_stands_oldest_first():
    young, old = incident(row(1), kind="ghost_shipment"), incident(row(2), kind="unfulfilled_aging")
    told = digest(still_open=(young, replace(old, since=NOW - timedelta(days=9))))
    assert [part.title for part in told.sections[0].parts] == ["Still not shipped", "Shipped after it was called off"]


def test_what_syncd_did_is_counted_by_step():
    whole = page(sample.digest(NOW), ENGLISH)
    (did,) = [one for one in whole.sections if one.title == "What syncd did"]
    assert did.grid.rows == (("Marked as fulfilled", "2"), ("Corrected the tracking", "1"))


@pytest.mark.parametrize(
    ("told", "text", "url", "command"),
    [
        ([incident(row(1))], "Open order #1", "https://admin.shopify.com/store/nordlys-home/orders/1", None),
        ([incident(row(1), row(1))], "Open order #1", "https://admin.shopify.com/store/nordlys-home/orders/1", None),
        (
            [incident(row(1), row(2))],
            "Open the store's orders",
            "https://admin.shopify.com/store/nordlys-home/orders",
            None,
        ),
        ([incident(row(None), kind="permission_or_token")], "Look into it", None, "syncd check --store main"),
        ([incident(row(None), kind="adapter_mass_change")], "If it is true after all", None, "syncd resume cj"),
    ],
)
def test_there_is_one_thing_to_do_first(told, text, url, command):
    button = page(replace(sample.at_once(NOW), incidents=tuple(told)), ENGLISH).button
    assert (button.text, button.url, button.command) == (text, url, command)


@pytest.mark.parametrize(
    ("rows", "command"),
    [([row(1)], "syncd explain '#1' --store main"), ([row(1), row(2)], "syncd drift --store main")],
)
def test_a_store_without_pages_has_commands_instead(rows, command):
    letter = replace(sample.at_once(NOW), incidents=(incident(*rows),), shop=Shop(name="main"))
    assert page(letter, ENGLISH).button.command == command


@pytest.mark.parametrize(
    ("told", "more", "subject"),
    [
        ([incident(row(1))], {}, "Shipped after it was called off: #1"),
        ([incident(row(1), row(2))], {}, "Shipped after it was called off: 2 orders"),
        ([incident(row(1)), incident(row(2))], {}, "Shipped after it was called off: #1 (and 1 more matter)"),
        ([incident(row(1), state=IncidentState.REGRESSED)], {}, "Back again: Shipped after it was called off: #1"),
        (
            [incident(row(1), state=IncidentState.REGRESSED)],
            {"reminder": 1},
            "Still open: Shipped after it was called off: #1",
        ),
        ([incident(row(None), kind="permission_or_token")], {}, "Credentials are refused: cj"),
        ([incident()], {}, "Shipped after it was called off: cj"),
    ],
)
def test_the_subject_says_it_all(told, more, subject):
    letter = replace(sample.at_once(NOW), incidents=tuple(told), **more)
    assert page(letter, ENGLISH).subject == f"[main] {subject}"


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        ([row(1)], "What syncd wrote to you about is right again. You need not do anything."),
        ([row(1), row(2)], "The 2 matters that syncd wrote to you about are right again. You need not do anything."),
    ],
)
def test_a_resolved_mail_says_that_nothing_is_to_be_done(rows, summary):
    letter = Resolved(shop=sample.SHOP, at=NOW, incidents=(incident(*rows, state=IncidentState.RESOLVED),))
    assert page(letter, ENGLISH).summary == summary
    assert page(letter, ENGLISH).button is None


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"state": IncidentState.ACKNOWLEDGED, "by": "ada"}, "seen by ada"),
        ({"state": IncidentState.ACKNOWLEDGED}, "acknowledged"),
        ({"state": IncidentState.SNOOZED, "until": NOW}, "asleep until 20 Nov 2026, 07:00"),
        ({"state": IncidentState.SNOOZED}, "asleep"),
        ({"state": IncidentState.REGRESSED}, "back again"),
        ({"state": IncidentState.OPEN}, "#1"),
    ],
)
def test_where_a_matter_stands_is_told(more, note):
    letter = replace(sample.at_once(NOW), incidents=(incident(row(1), **more),))
    assert page(letter, ENGLISH).sections[0].parts[0].notes[0] == note
