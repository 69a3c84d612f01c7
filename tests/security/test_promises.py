"""SECURITY.md is true: every promise names its tests, they exist, and every test module of this folder is named."""

import re

import pytest

from tests.reference import ROOT

PAGE = (ROOT / "SECURITY.md").read_text()
PROMISES = [line for line in PAGE.splitlines() if line.startswith("| ") and "tests/" in line]
LINKS = re.findall(r"\[`?([^\]`]+)`?\]\(([^)#]+)(?:#[^)]*)?\)", PAGE)


@pytest.mark.parametrize("link", [target for _, target in LINKS])
def test_every_link_leads_to_a_file_of_the_project(link):
    assert not link.startswith("http")
    assert (ROOT / link).is_file()


def test_every_promise_names_its_tests():
    table = PAGE.partition("<!-- promises -->")[2].partition("<!-- /promises -->")[0]
    rows = [line for line in table.strip().splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 12
    for row in rows:
        assert re.search(r"\]\(tests/[a-z_/]+\.py\)", row), row


def test_every_module_of_this_folder_is_named():
    named = {target for _, target in LINKS}
    for file in (ROOT / "tests" / "security").glob("test_*.py"):
        assert f"tests/security/{file.name}" in named


def test_what_is_not_there_yet_is_said():
    missing = PAGE.partition("## Not there yet")[2].partition("\n## ")[0]
    for word in ("Webhooks", "Dashboard", "Mail", "systemd", "pause"):
        assert word in missing


def test_no_address_is_made_up_for_reports():
    report = PAGE.partition("## Reporting")[2]
    assert "private advisory" in report
    assert "@" not in report
    assert "http" not in report
