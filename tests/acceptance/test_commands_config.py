"""The configuration as the contract shows it, and what is said of one that is wrong (design 4.2)."""

import json
import tomllib

import pytest

from syncd.cli import run

# The file of design 4.2, without the suppliers for which there is no adapter yet.
PROMISED = """
[database]
url = "sqlite:///syncd.db"

[stores.main]
adapter = "shopify"
shop = "example.myshopify.com"
endpoint = "http://127.0.0.1:9700"
api_version = "2026-10"
token = "env:SHOPIFY_TOKEN"
webhook_secret = "env:SHOPIFY_SECRET"
mode = "act"
notify_customer = "never"
[stores.main.policy]
fulfill_on = "handed_over"
unplaced_after = "24h"
unacknowledged_after = "24h"
stale_after = "5d"
create_fulfillments = "auto"
update_tracking = "auto"
cancel_stale_requests = "auto"
unfulfill = "approve"
holds = "report"
supplier_cancel = "approve"
delivery_events = "report"
tags = "report"
max_changes_per_run = 500
max_destructive_share = 0.3
[stores.main.alerts]
to = ["merchant@example.com"]
language = "da"
timezone = "Europe/Copenhagen"
digest_at = "08:00"
quiet = "22:00-07:00"

[suppliers.cj]
adapter = "cj"
base_url = "http://127.0.0.1:9701"
api_key = "env:CJ_API_KEY"
requests_per_second = 1
stores = ["main"]
lines = { sku_prefix = "CJ-" }
links = { file = "links.csv", metafield = "syncd.aliexpress_order" }

[suppliers.depot]
adapter = "feed"
source = "http://127.0.0.1:9703/tracking.csv"
columns = { order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", url = "Tracking URL", shipped_at = "Ship Date", status = "Status" }
states = { processing = "ordered", shipped = "handed_over", delivered = "delivered", cancelled = "cancelled", unpaid = "unpaid" }
stores = ["main"]
lines = { sku_prefix = "DP-" }

[alerts.email]
smtp = "smtp://127.0.0.1:2525"
from = "syncd@example.com"
to = ["merchant@example.com"]
language = "en"

[daemon]
every = "5m"
lease = "60s"
stop_within = "25s"
[web]
listen = "127.0.0.1:9750"
"""
ENV = {"SHOPIFY_TOKEN": "shpat_x", "SHOPIFY_SECRET": "y", "CJ_API_KEY": "z"}


@pytest.fixture
def syncd(tmp_path, monkeypatch, capsys):
    """Commands in a folder with the promised configuration, changed as asked."""
    monkeypatch.chdir(tmp_path)
    text = [PROMISED]

    def call(*arguments, changes=(), env=None):
        for old, new in changes:
            assert old in text[0]
            text[0] = text[0].replace(old, new)
        (tmp_path / "syncd.toml").write_text(text[0])
        capsys.readouterr()
        code = run(list(arguments), env={**ENV, **(env or {})})
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_the_promised_file_works_as_written(syncd):
    code, out, err = syncd("config", "validate")
    assert code == 0, out + err


def test_every_value_of_it_is_in_force(syncd):
    code, out, _ = syncd("config", "show", "--format", "json")
    assert code == 0
    shown = {one["key"]: json.loads(one["value"]) for one in json.loads(out)["settings"] if one["value"][:1] == '"'}
    assert shown["stores.main.policy.fulfill_on"] == "handed_over"
    assert shown["stores.main.alerts.language"] == "da"
    assert "shpat_x" not in out


@pytest.mark.parametrize("secret", ["token", "api_key"])
def test_a_secret_that_is_written_out_is_refused_and_never_shown(syncd, secret):
    line = {"token": 'token = "env:SHOPIFY_TOKEN"', "api_key": 'api_key = "env:CJ_API_KEY"'}[secret]
    code, out, err = syncd("config", "validate", changes=[(line, f'{secret} = "plain-canary-value"')])
    assert code == 78
    assert f"{secret}" in err
    assert "canary" not in out + err


def line_of(key, text):
    return next(at for at, line in enumerate(text.splitlines(), 1) if line.startswith(key))


def test_all_problems_are_told_at_once_with_file_line_key_and_the_nearest_name(syncd):
    changes = [
        ('mode = "act"', 'mode = "akt"'),
        ("fulfill_on", "fulfil_on"),
        ('stale_after = "5d"', 'stale_after = "5 parsecs"'),
        ('adapter = "cj"', 'adapter = "cjj"'),
        ('states = { processing = "ordered"', 'states = { processing = "orderd"'),
        ('stores = ["main"]\nlines = { sku_prefix = "DP-" }', 'stores = ["mian"]\nlines = { sku_prefix = "DP-" }'),
        ("max_destructive_share = 0.3", "max_destructive_share = 3"),
        ("[daemon]", "[deamon]"),
        ('lease = "60s"', 'lease = "60s"'),
    ]
    code, _, err = syncd("plan", changes=changes)
    assert code == 78
    text = PROMISED
    for old, new in changes:
        text = text.replace(old, new)
    for key, start, wanted in [
        ("stores.main.mode", 'mode = "akt"', "observe"),
        ("stores.main.policy.fulfil_on", "fulfil_on", "fulfill_on"),
        ("stores.main.policy.stale_after", "stale_after", "5bd"),
        ("suppliers.cj.adapter", 'adapter = "cjj"', '"cj"'),
        ("suppliers.depot.states", "states", "ordered"),
        ("suppliers.depot.stores", 'stores = ["mian"]', "main"),
        ("stores.main.policy.max_destructive_share", "max_destructive_share", "1"),
        ("deamon", "[deamon]", "daemon"),
    ]:
        place = f"syncd.toml:{line_of(start, text)}: {key}"
        (found,) = [line for line in err.splitlines() if place in line] or [err]
        assert place in found
        assert wanted in found, found


def test_broken_toml_is_78_with_its_line(syncd):
    code, _, err = syncd("plan", changes=[('mode = "act"', 'mode = "act')])
    assert code == 78
    assert f"syncd.toml:{line_of('mode', PROMISED)}" in err


@pytest.mark.parametrize(
    "address", ["http://shop.example.com", "https://127.0.0.1:1/path", "ftp://127.0.0.1", "127.0.0.1"]
)
def test_an_address_replaces_scheme_host_and_port_only_and_http_is_for_loopback(syncd, address):
    code, _, err = syncd("plan", changes=[('"http://127.0.0.1:9700"', f'"{address}"')])
    assert code == 78
    assert f"syncd.toml:{line_of('endpoint', PROMISED)}: stores.main.endpoint" in err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('endpoint = "http://127.0.0.1:9700"', ""),
        ('endpoint = "http://127.0.0.1:9700"', 'endpoint = "https://shop.example.com"'),
        ('base_url = "http://127.0.0.1:9701"', ""),
        ('source = "http://127.0.0.1:9703/tracking.csv"', 'source = "https://depot.example.com/t.csv"'),
        ('smtp = "smtp://127.0.0.1:2525"', 'smtp = "smtps://mail.example.com"'),
    ],
)
def test_a_stated_clock_is_refused_unless_everything_is_on_loopback(syncd, old, new):
    stated = {"SYNCD_CLOCK": "2026-11-02T08:00:00Z"}
    assert syncd("config", "validate", env=stated)[0] == 0
    for arguments in (["config", "validate"], ["plan"], ["status"], ["reconcile", "--yes"]):
        code, _, err = syncd(*arguments, changes=[(old, new)] if arguments[0] == "config" else [], env=stated)
        assert code == 78, arguments
        assert "SYNCD_CLOCK" in err


@pytest.mark.parametrize("clock", ["yesterday", "2026-11-02T08:00:00", "file:nowhere.txt"])
def test_a_stated_clock_that_is_none_is_78(syncd, clock):
    code, _, err = syncd("status", env={"SYNCD_CLOCK": clock})
    assert code == 78, err
    assert "SYNCD_CLOCK" in err


def test_explain_tells_a_key_and_its_value(syncd):
    code, out, _ = syncd("config", "explain", "stale_after")
    assert code == 0
    assert "5d" in out
    assert syncd("config", "explain", "stale_afterr")[0] == 64


def test_the_schema_is_a_json_schema_that_takes_the_promised_file(syncd):
    import jsonschema

    code, out, _ = syncd("config", "schema")
    assert code == 0
    jsonschema.Draft202012Validator(json.loads(out)).validate(tomllib.loads(PROMISED))


def test_version_is_told_as_json_too(syncd):
    for arguments in (["version", "--json"], ["version", "--format", "json"]):
        code, out, _ = syncd(*arguments)
        assert code == 0
        assert json.loads(out)["syncd"]


def test_adapters_are_listed_with_their_keys(syncd):
    listed = json.loads(syncd("adapters", "--format", "json")[1])["adapters"]
    assert {("store", "shopify"), ("supplier", "cj"), ("supplier", "feed")} <= {
        (one["kind"], one["name"]) for one in listed
    }


def test_a_configuration_is_found_by_option_and_by_environment(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.toml").write_text(PROMISED)
    assert run(["config", "validate", "--config", "other.toml"], env=ENV) == 0
    assert run(["config", "validate"], env={**ENV, "SYNCD_CONFIG": "other.toml"}) == 0
    assert run(["config", "validate"], env={**ENV, "HOME": str(tmp_path)}) == 78
    assert run(["config", "validate"], env={**ENV, "SYNCD_CONFIG": "nowhere.toml"}) == 78
    (tmp_path / ".config/syncd").mkdir(parents=True)
    (tmp_path / "other.toml").rename(tmp_path / ".config/syncd/syncd.toml")
    assert run(["config", "validate"], env={**ENV, "HOME": str(tmp_path)}) == 0, capsys.readouterr()


def test_paths_are_relative_to_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "conf/syncd.toml").write_text(PROMISED)
    monkeypatch.chdir(tmp_path / "else")
    assert run(["status", "--config", "../conf/syncd.toml"], env=ENV) == 0
    assert (tmp_path / "conf/syncd.db").exists()
    key = tmp_path / "conf/syncd.key"
    assert not key.exists() or key.stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / "else").iterdir()) == []
