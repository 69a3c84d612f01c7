"""Headers, threads and attachments of mails."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from syncd.alerts import sample
from syncd.alerts.languages import LANGUAGES
from syncd.alerts.letters import AtOnce, Envelope, Resolved
from syncd.alerts.post import mail, thread
from tests.alerts.letters import LETTERS, NOW, envelope


def read(letter, language="en"):
    """The mail as it arrives."""
    return message_from_bytes(mail(letter, envelope(language)).message.as_bytes(), policy=policy.default)


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_arrives_is_what_was_written(name, language):
    made, arrived = mail(LETTERS[name], envelope(language)), read(LETTERS[name], language)
    assert arrived.get_body(("plain",)).get_content().replace("\r\n", "\n") == made.text
    assert arrived.get_body(("html",)).get_content().replace("\r\n", "\n") == made.html + "\n"
    assert arrived["Subject"].strip() == made.message["Subject"]  # one that is folded at once is read with its blank
    assert not arrived.defects


@pytest.mark.parametrize("name", LETTERS)
def test_the_same_letter_makes_the_same_mail_byte_for_byte(name):
    made = [mail(LETTERS[name], envelope("zh-TW")).message.as_bytes() for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_server_takes_the_mail(name, language):
    raw = mail(LETTERS[name], envelope(language)).message.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", LETTERS)
def test_machines_see_that_a_machine_wrote_it(name):
    arrived = read(LETTERS[name], "fr")
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Content-Language"] == "fr"
    assert arrived["List-Unsubscribe"].startswith("<mailto:syncd@example.com?subject=unsubscribe%20")
    assert '<html lang="fr"' in arrived.get_body(("html",)).get_content()


def test_whoever_keeps_the_list_is_written_to():
    message = mail(sample.test(NOW), replace(envelope(), unsubscribe="desk@example.com")).message
    assert message["List-Unsubscribe"] == "<mailto:desk@example.com?subject=unsubscribe%20main>"


def test_everybody_in_the_configuration_gets_it_and_nobody_else():
    several = Envelope(sender="syncd@example.com", to=("a@example.com", "b@example.com"))
    assert mail(sample.test(NOW), several).message["To"] == "a@example.com, b@example.com"


def test_a_matters_mails_form_one_thread():
    first = sample.at_once(NOW)
    again = replace(first, incidents=(replace(first.incidents[0], occurrence=2),))
    told, _ = thread(first, domain="example.com")
    reminded = thread(replace(first, reminder=1, at=NOW + timedelta(hours=4)), domain="example.com")
    second_reminder = thread(replace(first, reminder=2), domain="example.com")
    settled = thread(Resolved(shop=first.shop, at=NOW, incidents=first.incidents), domain="example.com")
    back = thread(again, domain="example.com")
    assert reminded[1] == second_reminder[1] == settled[1] == back[1] == (told,)
    assert len({told, reminded[0], second_reminder[0], settled[0], back[0]}) == 5


def test_a_message_id_is_the_same_however_often_the_mail_is_made():
    first = sample.at_once(NOW)
    later = replace(first, at=NOW + timedelta(days=1))
    assert thread(first, domain="example.com") == thread(later, domain="example.com")


@pytest.mark.parametrize("change", ["store", "kind", "source"])
def test_different_matters_have_different_threads(change):
    letter = sample.at_once(NOW)
    incident = letter.incidents[0]
    if change == "store":
        other = replace(letter, shop=replace(letter.shop, name="outlet"))
    else:
        other = replace(letter, incidents=(replace(incident, **{change: "ghost_shipment"}),))
    assert thread(letter, domain="example.com")[0] != thread(other, domain="example.com")[0]


def test_what_comes_back_for_ever_keeps_its_references_short():
    letter = sample.at_once(NOW)
    often = replace(letter, incidents=(replace(letter.incidents[0], occurrence=500),))
    assert len(thread(often, domain="example.com")[1]) == 10


def test_digests_are_no_thread():
    today, tomorrow = sample.digest(NOW), sample.digest(NOW + timedelta(days=1))
    assert thread(today, domain="example.com")[1] == ()
    assert thread(today, domain="example.com")[0] != thread(tomorrow, domain="example.com")[0]


def test_a_letter_about_nothing_cannot_be_written():
    with pytest.raises(ValueError, match="at least one"):
        AtOnce(shop=sample.SHOP, at=NOW, incidents=())


@pytest.mark.parametrize(("orders", "tables"), [(10, 0), (11, 1)])
def test_a_table_is_attached_as_soon_as_the_mail_hides_a_row(orders, tables):
    letter = sample.at_once(NOW, orders=[f"#{n}" for n in range(1, orders + 1)])
    attached = list(read(letter).iter_attachments())
    assert len(attached) == tables
    assert all(len(table.get_content().splitlines()) == orders + 1 for table in attached)
    assert [table.get_filename() for table in attached] == ["syncd-main-2026-11-20.csv"] * tables


def test_a_language_without_mails_is_not_guessed():
    with pytest.raises(KeyError):
        mail(sample.test(NOW), replace(envelope(), language="de"))


@pytest.mark.parametrize("name", LETTERS)
def test_nothing_is_loaded_and_nothing_runs(name):
    html = mail(LETTERS[name], envelope()).html.lower()
    for word in ("<img", "<script", "<link", "@import", "url(", "<iframe", "<form"):
        assert word not in html


@pytest.mark.parametrize("name", LETTERS)
def test_plain_text_and_html_say_the_same(name):
    made = mail(LETTERS[name], envelope())
    for command in ("syncd approve 5f0c61a27be94d13", "syncd resume cj", "syncd check --store main"):
        assert (command in made.text) == (command in made.html)
    for order in ("#1041", "#2001", "#1030", "#1022"):
        assert (order in made.text) == (order in made.html)


@pytest.mark.parametrize("name", LETTERS)
def test_there_is_at_most_one_button(name):
    assert mail(LETTERS[name], envelope()).html.count('class="button"') <= 1
