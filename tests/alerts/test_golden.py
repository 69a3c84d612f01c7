"""Every mail in every language, as it was looked at and found good."""

import pytest

from syncd.alerts.languages import LANGUAGES
from syncd.alerts.post import mail
from tests.alerts.letters import LETTERS, envelope


def as_text(message) -> str:
    """The headers a reader meets, then the plain text."""
    headers = "".join(f"{name}: {message[name]}\n" for name in message.keys())  # noqa: SIM118 - in this order
    return f"{headers}\n{message.get_body(('plain',)).get_content()}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_the_mail_is_what_was_looked_at(name, language, golden):
    made = mail(LETTERS[name], envelope(language))
    golden(f"{name}.{language}.txt", as_text(made.message).replace("\r\n", "\n"))
    golden(f"{name}.{language}.html", made.message.get_body(("html",)).get_content().replace("\r\n", "\n"))
    for attached in made.message.iter_attachments():
        golden(f"{name}.{language}.csv", attached.get_content().replace("\r\n", "\n"))
