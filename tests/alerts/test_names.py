"""Languages and time zones that nobody knows are told at file and line, with the one that was probably meant."""

import pytest

from syncd.alerts import sample
from syncd.alerts.letters import Envelope
from syncd.alerts.post import mail
from syncd.config import load
from syncd.errors import ConfigError
from tests.alerts.letters import NOW

CONFIG = """\
[alerts.email]
smtp = "smtp://127.0.0.1:2525"
from = "syncd@example.com"
to = ["merchant@example.com"]
language = "da"
timezone = "Europe/Copenhagen"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"da"', '"dk"', ":5: alerts.email.language: expected a language of mails, en, da, fr or zh-TW; found 'dk'; did you mean \"da\"?"),
        ('"da"', '"zh"', 'did you mean "zh-TW"?'),
        ('"da"', '"zh-tw"', 'did you mean "zh-TW"?'),
        ('"da"', '"fr_FR"', 'did you mean "fr"?'),
        ('"da"', '"Deutsch"', "found 'Deutsch'\n"),
        ('"da"', "5", "found 5\n"),
        ("Europe/Copenhagen", "Europe/Kopenhagen", ":6: alerts.email.timezone: expected an IANA time zone; found 'Europe/Kopenhagen'; did you mean \"Europe/Copenhagen\"?"),
        ("Europe/Copenhagen", "copenhagen", 'did you mean "Europe/Copenhagen"?'),
        ("Europe/Copenhagen", "asia/taipei", 'did you mean "Asia/Taipei"?'),
        ("Europe/Copenhagen", "New York", 'did you mean "America/New_York"?'),
        ("Europe/Copenhagen", "Mars", "they are spelt like Europe/Copenhagen"),
        ("Europe/Copenhagen", "../zone", "they are spelt like Europe/Copenhagen"),
    ],
)  # fmt: skip
def test_the_nearest_is_told(tmp_path, old, new, told):
    file = tmp_path / "syncd.toml"
    file.write_text(CONFIG.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load(file, env={})
    assert told in f"{caught.value.text}\n"


def test_what_is_spelt_well_is_taken(tmp_path):
    file = tmp_path / "syncd.toml"
    for language in ("en", "da", "fr", "zh-TW"):
        file.write_text(CONFIG.replace('"da"', f'"{language}"'))
        assert load(file, env={}).document.alerts.email.language == language


@pytest.mark.parametrize(
    "address", ["s\u00f8ren@example.com", "a b@example.com", "a@b..c", "<a@b.c>", "a,b@c.d", "a@b.c, d@e.f", "a@b.c\\nBcc: d@e.f", "@b.c", "a@", "a@-\u00e9-."],
)  # fmt: skip
def test_an_address_that_no_mail_can_have_is_told(tmp_path, address):
    file = tmp_path / "syncd.toml"
    file.write_text(CONFIG.replace("merchant@example.com", address), encoding="utf-8")
    with pytest.raises(ConfigError, match=r":4: alerts.email.to\[1\]: expected one mail address"):
        load(file, env={})


def test_a_domain_in_other_letters_is_written_as_servers_know_it(tmp_path):
    file = tmp_path / "syncd.toml"
    file.write_text(CONFIG.replace("@example.com", "@b\u00fccher.example"), encoding="utf-8")
    email = load(file, env={}).document.alerts.email
    message = mail(sample.test(NOW), Envelope(sender=email.from_, to=tuple(email.to))).message
    assert (message["To"], message["From"]) == (
        "merchant@xn--bcher-kva.example", '"syncd (main)" <syncd@xn--bcher-kva.example>',
    )  # fmt: skip
    assert message["Message-ID"].endswith("@xn--bcher-kva.example>")
    assert message["List-Unsubscribe"].startswith("<mailto:syncd@xn--bcher-kva.example?")
