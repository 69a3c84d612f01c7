"""A merchant's own templates: used where they are, told of where they are wrong, and never in the way of a mail."""

import pytest

from syncd.alerts import sample
from syncd.alerts.post import mail
from tests.alerts.letters import NOW, envelope


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "templates"
    made.mkdir()
    return made


def test_a_template_of_ones_own_takes_the_place_of_ours(folder):
    (folder / "mail.html.j2").write_text("<p>{{ page.headline }} from the <b>North</b></p>")
    made = mail(sample.test(NOW), envelope(), templates=folder)
    assert made.html == "<p>It works. from the <b>North</b></p>"
    assert made.text == mail(sample.test(NOW), envelope()).text
    assert made.problems == ()


def test_a_template_for_one_kind_of_mail_leaves_the_others(folder):
    (folder / "digest.txt.j2").write_text("only {{ page.subject }}")
    assert mail(sample.digest(NOW), envelope(), templates=folder).text.startswith("only [main] ")
    assert mail(sample.test(NOW), envelope(), templates=folder).text == mail(sample.test(NOW), envelope()).text


def test_ones_own_template_may_build_on_ours(folder):
    (folder / "digest.html.j2").write_text('{% include "mail.html.j2" %}<p>Yours, the shop</p>')
    made = mail(sample.digest(NOW), envelope(), templates=folder)
    assert made.html == mail(sample.digest(NOW), envelope()).html + "<p>Yours, the shop</p>"


def test_what_others_wrote_is_escaped_in_ones_own_template_too(folder):
    (folder / "mail.html.j2").write_text("{{ page.summary }}{{ page.store }}{{ '<b>' }}")
    assert "<b>" not in mail(sample.test(NOW), envelope(), templates=folder).html


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("fine\n{% if %}", 2, "expected"),
        ("\n\n{{ page.headline", 3, "unexpected end of template"),
        ("fine\n{{ page.nonsense }}", 2, "'nonsense'"),
        ("{{ nobody }}", 1, "'nobody' is undefined"),
        ("a\nb\n{{ 1 / 0 }}", 3, "division by zero"),
        ("{{ page.headline | sparkle }}", 1, "no filter named 'sparkle'"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("a\n{% include 'gone.j2' %}", 2, "gone.j2"),
    ],
)
@pytest.mark.parametrize("form", ["html", "txt"])
def test_a_mistake_is_told_with_file_and_line_and_the_mail_goes_out(folder, form, text, line, said):
    (folder / f"mail.{form}.j2").write_text(text)
    made, ours = mail(sample.test(NOW), envelope(), templates=folder), mail(sample.test(NOW), envelope())
    assert (made.html, made.text) == (ours.html, ours.text)
    (problem,) = made.problems
    assert (problem.file, problem.line) == (str(folder / f"mail.{form}.j2"), line)
    assert said in str(problem)
    assert str(problem).endswith("The built-in template was used instead.")


def test_a_template_that_is_no_text_is_told(folder):
    (folder / "mail.html.j2").write_bytes(b"\xff\xfe\x00")
    made = mail(sample.test(NOW), envelope(), templates=folder)
    assert made.html == mail(sample.test(NOW), envelope()).html
    assert len(made.problems) == 1


def test_a_folder_that_is_not_there_is_told_once(folder):
    made = mail(sample.test(NOW), envelope(), templates=folder / "gone")
    assert [str(problem) for problem in made.problems] == [
        f"{folder / 'gone'}: there is no such folder of templates. The built-in template was used instead."
    ]
    assert made.html == mail(sample.test(NOW), envelope()).html


def test_an_empty_folder_changes_nothing(folder):
    made = mail(sample.digest(NOW), envelope(), templates=folder)
    assert made.message.as_bytes() == mail(sample.digest(NOW), envelope()).message.as_bytes()
