"""`syncd alerts preview`: mails about what the journal shows, looked at and not sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email import message_from_bytes, policy

import pytest

MAIL = """
[stores.main.alerts]
to = ["ada@example.com", "grace@example.com"]
language = "da"
timezone = "Europe/Copenhagen"

[alerts.email]
smtp = "smtp://127.0.0.1:2525"
from = "syncd@example.com"
to = ["merchant@example.com"]
"""


def with_mail(desk, more: str = "") -> None:
    file = desk.folder / "syncd.toml"
    file.write_text(file.read_text() + MAIL + more)


def read(file):
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def test_the_digest_tells_what_the_journal_shows(desk):
    with_mail(desk)
    order = desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", "--language", "en")
    assert shown.code == 0
    assert "Subject: [main] Nothing needs you (1 new)" in shown.out
    assert "To: ada@example.com, grace@example.com" in shown.out
    assert order.name in shown.out
    assert "In the next pass: Mark as fulfilled: 1 x CJ-1" in shown.out
    assert "YT2412345678901234" in shown.out
    assert f"https://admin.shopify.com/store/sandbox/orders/{order.id.rpartition('/')[2]}" in shown.out


def test_the_stores_language_and_zone_are_used(desk):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview").out
    assert "Subject: [main] Intet venter på dig (1 ny)" in shown
    assert "Tidspunkter er i tidszonen Europe/Copenhagen." in shown


def journal(desk) -> list[str]:
    """Everything that the journal holds."""
    with closing(sqlite3.connect(desk.folder / "syncd.db")) as kept:
        return list(kept.iterdump())


@pytest.mark.parametrize("what", ["digest", "test", "A01"])
def test_it_asks_nobody_takes_no_lock_and_changes_nothing(desk, what):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    before, asked = journal(desk), len(desk.streets.calls)
    assert desk.syncd("alerts", "preview", what).code == 0
    assert journal(desk) == before
    assert len(desk.streets.calls) == asked


def test_what_a_run_did_is_in_the_digest(desk):
    with_mail(desk)
    order = desk.shipped()
    assert desk.syncd("reconcile", "--yes").code == 0
    shown = desk.syncd("alerts", "preview", "--language", "en").out
    assert "Done: Marked as fulfilled" in shown
    assert "syncd made 1 change, and read it back." in shown
    assert "Marked as fulfilled: 1" in shown
    assert order.name in shown


def test_what_was_settled_has_its_mail(desk):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    for _ in range(3):  # what syncd did is told passes later, too
        desk.syncd("reconcile", "--yes")
    shown = desk.syncd("alerts", "preview", "resolved", "--language", "en")
    assert shown.code == 0
    assert "Done: Marked as fulfilled: 1 x CJ-1" in shown.out
    assert "Subject: [main] Settled: Shipped, but not fulfilled in the store: #" in shown.out


def test_nothing_settled_is_told(desk):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", "resolved")
    assert (shown.code, shown.out) == (64, "")
    assert "Nothing was settled in the last day." in shown.err


@pytest.mark.parametrize("sign", ["#", ""])
def test_a_mail_at_once_about_an_order(desk, sign):
    with_mail(desk)
    page = "https://admin.shopify.com/store/sandbox/orders/"
    one, other = desk.shipped(), desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", sign + one.name.lstrip("#"), "--language", "en")
    assert f": {one.name} (and 1 more matter)\n" in shown.out  # the two parcels share a number
    assert f"{page}{one.id.rpartition('/')[2]}" in shown.out
    assert f"{page}{other.id.rpartition('/')[2]}" not in shown.out


@pytest.mark.parametrize("kind", ["A01", "a01", "shipped_not_fulfilled"])
def test_a_mail_at_once_about_a_kind(desk, kind):
    with_mail(desk)
    desk.shipped()
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", kind, "--language", "en")
    assert "Shipped, but not fulfilled in the store: 2 orders" in shown.out


@pytest.mark.parametrize("what", [["#9999"], ["ghost_shipment"], ["D05", "#1001"]])
def test_nothing_open_is_wrong_usage(desk, what):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", *what)
    assert (shown.code, shown.out) == (64, "")
    assert "Nothing is open about" in shown.err


def test_a_slip_in_a_kinds_name_is_told_with_the_nearest(desk):
    with_mail(desk)
    shown = desk.syncd("alerts", "preview", "ghost_shipmnt")
    assert shown.code == 64
    assert 'Did you mean "ghost_shipment"?' in shown.err


def test_different_mails_are_asked_for_one_at_a_time(desk):
    shown = desk.syncd("alerts", "preview", "digest", "ghost_shipment")
    assert shown.code == 64
    assert "are different mails" in shown.err


def test_a_yes_that_is_waited_for_has_its_command(desk):
    with_mail(desk)
    desk.configure(('mode = "act"', 'mode = "act"\npolicy = { create_fulfillments = "approve" }'))
    desk.shipped()
    desk.syncd("reconcile", "--yes")
    (waiting,) = desk.syncd("approvals", "--format", "json").document["approvals"]
    shown = desk.syncd("alerts", "preview", "A01", "--language", "en").out
    assert "Waits for your yes: Mark as fulfilled: 1 x CJ-1" in shown
    assert f"> syncd approve {waiting['id']}\n" in shown


def test_files_hold_the_page_and_the_whole_mail(desk):
    with_mail(desk)
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview", "--html", "mail.html", "--eml", "mail.eml")
    assert (shown.code, shown.out) == (0, "")
    page, message = (desk.folder / "mail.html").read_text(), read(desk.folder / "mail.eml")
    assert '<html lang="da"' in page
    assert message["To"] == "ada@example.com, grace@example.com"
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n").strip() == page.strip()


def test_without_a_mail_server_it_says_so_and_shows_the_mail(desk):
    desk.shipped()
    desk.syncd("drift")
    shown = desk.syncd("alerts", "preview")
    assert shown.code == 0
    assert "There is no [alerts.email]" in shown.err
    assert "Subject: [main] Nothing needs you (1 new)" in shown.out


def test_a_sample_needs_no_configuration(desk):
    (desk.folder / "syncd.toml").unlink()
    (desk.folder / "syncd.db").unlink(missing_ok=True)
    for what in ([], ["resolved"], ["test"], ["D05"], ["#7", "F12"]):
        shown = desk.syncd("alerts", "preview", "--sample", *what)
        assert shown.code == 0, shown.err
        assert "Subject: [main] " in shown.out
    assert not (desk.folder / "syncd.db").exists()


def test_a_sample_is_addressed_as_the_configuration_says(desk):
    with_mail(desk)
    shown = desk.syncd("alerts", "preview", "--sample", "test")
    assert "Subject: [main] En testmail fra syncd" in shown.out
    assert "To: ada@example.com, grace@example.com" in shown.out


def test_a_broken_template_is_told_and_ours_is_shown(desk):
    with_mail(desk, '[alerts]\ntemplates = "own"\n')
    (desk.folder / "own").mkdir()
    (desk.folder / "own" / "mail.txt.j2").write_text("{{ page.headline }}\n{% endif %}\n")
    shown = desk.syncd("alerts", "preview", "--sample", "test", "--language", "en")
    assert shown.code == 0
    assert "IT WORKS." in shown.out
    assert f"Warning: {desk.folder / 'own' / 'mail.txt.j2'}:2: " in shown.err


def test_two_stores_do_not_fit_one_file(desk):
    file = desk.folder / "syncd.toml"
    text = file.read_text()
    second = text[text.index("[stores.main]") : text.index("[suppliers.cj]")].replace("stores.main", "stores.outlet")
    file.write_text(text + second)
    shown = desk.syncd("alerts", "preview", "test", "--html", "mail.html")
    assert shown.code == 64
    assert "Say --store." in shown.err
    assert desk.syncd("alerts", "preview", "test", "--html", "mail.html", "--store", "outlet").code == 0
