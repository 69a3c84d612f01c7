"""Where the configuration is found, and what is made of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.compose import clock_of, policy_of, supplier_rules
from syncd.config import load, locations, rules
from syncd.config.linkfile import LinkRow, read_links
from syncd.config.reference import settings
from syncd.domain.periods import Period
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.errors import ConfigError
from tests.config.test_mistakes import GOOD


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_option_wins_over_the_environment_over_the_folder_over_the_users(folder: Path):
    home = folder / "home" / ".config" / "syncd"
    home.mkdir(parents=True)
    env = {"HOME": str(folder / "home")}
    for name in ("option.toml", "env.toml", "syncd.toml"):
        (folder / name).write_text(GOOD)
    (home / "syncd.toml").write_text(GOOD)
    with_env = {**env, "SYNCD_CONFIG": str(folder / "env.toml")}
    assert load("option.toml", env=with_env).path.name == "option.toml"
    assert load(None, env=with_env).path.name == "env.toml"
    assert load(None, env=env).path == folder / "syncd.toml"
    (folder / "syncd.toml").unlink()
    assert load(None, env=env).path == home / "syncd.toml"


def test_xdg_names_the_users_folder_and_a_stated_file_is_the_only_place():
    assert locations({"XDG_CONFIG_HOME": "/x"}) == (
        Path("syncd.toml"),
        Path("/x/syncd/syncd.toml"),
        Path("/etc/syncd/syncd.toml"),
    )
    assert locations({"SYNCD_CONFIG": "/y.toml", "HOME": "/h"}) == (Path("/y.toml"),)


def test_no_configuration_names_the_places_and_the_way_to_one(folder: Path):
    with pytest.raises(ConfigError, match=r"looked for syncd\.toml, .*syncd init"):
        load(None, env={"HOME": str(folder)})


def test_policy_words_become_values(folder: Path):
    text = GOOD.replace('"5d"', '"5bd"').replace("[stores.main.policy]", '[stores.main.policy]\nholds = "approve"\n')
    (folder / "c.toml").write_text(text.replace('"handed_over"', '"delivered"').replace("500", "7"))
    policy = policy_of(load("c.toml", env={}).stores["main"], suppliers=())
    assert policy.stale_after == Period(business_days=5)
    assert policy.holds is Approval.REQUIRED
    assert policy.unfulfill is Approval.REQUIRED
    assert policy.fulfill_on is Rung.DELIVERED
    assert policy.max_changes_per_run == 7


def test_supplier_keys_become_rules(folder: Path):
    stanza = 'holidays = [2026-12-25]\nsnapshot = true\nlinks = { metafield = "syncd.depot" }\nlines ='
    (folder / "c.toml").write_text(GOOD.replace("lines =", stanza))
    found = supplier_rules(load("c.toml", env={}).suppliers["depot"], can_cancel=True)
    assert found.lines.sku_prefix == "DP-"
    assert found.calendar.holidays == {date(2026, 12, 25)}
    assert (found.snapshot, found.can_cancel, found.link_metafield) == (True, True, "syncd.depot")


def test_relative_paths_are_relative_to_the_file(folder: Path):
    (folder / "sub").mkdir()
    (folder / "sub" / "c.toml").write_text(GOOD)
    config = load("sub/c.toml", env={})
    assert rules.database_url(config, env={}) == f"sqlite:///{folder}/sub/syncd.db"
    assert rules.key_file(config) == folder / "sub" / "syncd.key"


def test_the_database_url_may_be_a_reference(folder: Path):
    (folder / "c.toml").write_text(GOOD.replace("sqlite:///syncd.db", "env:DB"))
    config = load("c.toml", env={})
    assert rules.database_url(config, env={"DB": "postgresql://u:canary-pw@h/n"}) == "postgresql://u:canary-pw@h/n"
    with pytest.raises(ConfigError, match="DB is not set"):
        rules.database_url(config, env={})


def test_secrets_that_lead_nowhere_are_told_with_their_line(folder: Path):
    (folder / "c.toml").write_text(GOOD)
    config = load("c.toml", env={})
    (problem,) = rules.secret_problems(config, env={})
    assert (problem.line, problem.key) == (8, "stores.main.token")
    assert "SHOPIFY_TOKEN is not set" in problem.text
    assert rules.secret_problems(config, env={"SHOPIFY_TOKEN": "x"}) == ()
    assert rules.secret_problems(config, env={}, only=frozenset({("suppliers", "depot")})) == ()


def test_every_setting_is_shown_with_its_origin(folder: Path):
    (folder / "c.toml").write_text(GOOD)
    shown = {row.key: (row.shown, row.line) for row in settings(load("c.toml", env={}))}
    assert shown["stores.main.policy.stale_after"] == ('"5d"', 11)
    assert shown["stores.main.policy.unacknowledged_after"] == ('"1d"', None)
    assert shown["stores.main.token"] == ('"env:SHOPIFY_TOKEN"', 8)
    assert shown["suppliers.depot.rung"] == ('"handed_over"', None)
    assert shown["daemon.lease"] == ('"1m"', None)


def test_the_clock_is_the_machines_unless_it_is_stated():
    stated = clock_of({"SYNCD_CLOCK": "2026-11-22T08:00:00Z"})
    assert stated.now() == stated.now()
    assert clock_of({}).now() - clock_of({}).now() < timedelta(seconds=1)


class TestLinkFile:
    """Links that people write down."""

    def test_rows_are_read_and_bad_ones_told(self, folder: Path):
        (folder / "links.csv").write_text(
            "\ufeffstore_order,line_sku,supplier_order_id\n#1001,CJ-1,900\n1002,,901\n\n1003,CJ-2,\n1004\n"
        )
        found = read_links(folder / "links.csv")
        assert found.rows == (
            LinkRow(store_order="#1001", line_sku="CJ-1", supplier_order_id="900"),
            LinkRow(store_order="1002", supplier_order_id="901"),
        )
        assert [problem.place for problem in found.problems] == ["links.csv:5", "links.csv:6"]

    def test_semicolons_and_other_columns_are_taken(self, folder: Path):
        (folder / "links.csv").write_text("Supplier_Order_Id;note;Store_Order\n900;x;1001\n")
        assert read_links(folder / "links.csv").rows == (LinkRow(store_order="1001", supplier_order_id="900"),)

    @pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "<html>"])
    def test_what_is_no_link_file_is_not_an_empty_one(self, folder: Path, content):
        (folder / "links.csv").write_text(content)
        with pytest.raises(ConfigError, match="needs a first line"):
            read_links(folder / "links.csv")
