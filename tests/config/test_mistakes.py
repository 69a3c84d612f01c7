"""Each mistake is told with file, line, key, what was expected and the nearest valid name; all of them at once."""

from pathlib import Path

import pytest

from syncd.config import load
from syncd.errors import ConfigError
from syncd.secrets import MASK

GOOD = """\
[database]
url = "sqlite:///syncd.db"

[stores.main]
adapter = "shopify"
shop = "example.myshopify.com"
endpoint = "http://127.0.0.1:9700"
token = "env:SHOPIFY_TOKEN"
mode = "act"
[stores.main.policy]
stale_after = "5d"
unfulfill = "approve"
fulfill_on = "handed_over"
max_changes_per_run = 500
max_destructive_share = 0.3
[stores.main.alerts]
to = ["merchant@example.com"]
timezone = "Europe/Copenhagen"
quiet = "22:00-07:00"

[suppliers.depot]
adapter = "feed"
source = "tracking.csv"
stores = ["main"]
lines = { sku_prefix = "DP-" }

[alerts.email]
smtp = "smtp://127.0.0.1:2525"
from = "syncd@example.com"
to = ["merchant@example.com"]

[daemon]
every = "5m"
[web]
listen = "127.0.0.1:9750"
[engine]
kind = "embedded"
"""


def problems_of(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> str:
    file = tmp_path / "syncd.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, env=env or {})
    return str(caught.value).replace(str(tmp_path) + "/", "")


def test_without_a_mistake_it_loads(tmp_path):
    (tmp_path / "syncd.toml").write_text(GOOD)
    assert load(tmp_path / "syncd.toml", env={}).stores["main"].table.mode == "act"


MISTAKES = [
    ("[database]", "[databse]", 'syncd.toml:1: databse: unknown key; did you mean "database"?'),
    ("url = ", "urll = ", 'syncd.toml:2: database.urll: unknown key; did you mean "url"?'),
    ("sqlite:///", "mysql://", "syncd.toml:2: database.url: expected sqlite:///FILE or postgresql://HOST/NAME"),
    ('"shopify"', '"shopfy"', 'syncd.toml:5: stores.main.adapter: there is no adapter "shopfy"; did you mean "shopify"?'),
    ('adapter = "shopify"', "", "syncd.toml:4: stores.main.adapter: is missing"),
    ("shop = ", "shopp = ", 'syncd.toml:6: stores.main.shopp: unknown key; did you mean "shop"?'),
    ('shop = "example.myshopify.com"', "", "syncd.toml:4: stores.main.shop: is missing"),
    ("http://127.0.0.1:9700", "http://shop.example", "syncd.toml:7: stores.main.endpoint: http is only allowed on loopback"),
    ("http://127.0.0.1:9700", "http://127.0.0.1:1/x", "syncd.toml:7: stores.main.endpoint: takes scheme, host and port only"),
    ('mode = "act"', 'mode = "acct"', "syncd.toml:9: stores.main.mode: expected one of observe, act; found 'acct'; did you mean \"act\"?"),
    ('mode = "act"', "mode = true", "syncd.toml:9: stores.main.mode: expected one of observe, act; found true"),
    ("stale_after", "stale_afer", 'syncd.toml:11: stores.main.policy.stale_afer: unknown key; did you mean "stale_after"?'),
    ('"5d"', '"5 days"', "syncd.toml:11: stores.main.policy.stale_after: '5 days' is no length of time; write it as 30m, 24h, 5d"),
    ('"5d"', '"9999999999d"', "syncd.toml:11: stores.main.policy.stale_after: '9999999999d' is longer than a hundred years"),
    ('"5d"', "5", "syncd.toml:11: stores.main.policy.stale_after: expected a length of time in quotes"),
    ('"approve"', '"auto"', "syncd.toml:12: stores.main.policy.unfulfill: expected one of approve, report; found 'auto'"),
    ('"approve"', '"aprove"', 'found \'aprove\'; did you mean "approve"?'),
    ('"handed_over"', '"handed-over"', "syncd.toml:13: stores.main.policy.fulfill_on: expected one of label, handed_over"),
    ("= 500", "= 0", "syncd.toml:14: stores.main.policy.max_changes_per_run: input should be greater than or equal to 1; found 0"),
    ("= 500", '= "500"', "syncd.toml:14: stores.main.policy.max_changes_per_run: expected a whole number; found '500'"),
    ("= 0.3", "= 30", "syncd.toml:15: stores.main.policy.max_destructive_share: expected a share between 0 and 1"),
    ('to = ["merchant@example.com"]\ntime', 'to = ["merchant"]\ntime', "syncd.toml:17: stores.main.alerts.to[1]: expected one mail address"),
    ("Europe/Copenhagen", "Europe/Kopenhagen", "syncd.toml:18: stores.main.alerts.timezone: expected an IANA time zone"),
    ("22:00-07:00", "22-7", "syncd.toml:19: stores.main.alerts.quiet: expected a time of day in quotes"),
    ('stores = ["main"]', 'stores = ["mian"]', 'syncd.toml:24: suppliers.depot.stores[1]: there is no store "mian"; did you mean "main"?'),
    ('stores = ["main"]', "stores = []", "syncd.toml:24: suppliers.depot.stores: "),
    ("sku_prefix", "sku_prefx", 'syncd.toml:25: suppliers.depot.lines.sku_prefx: unknown key; did you mean "sku_prefix"?'),
    ('{ sku_prefix = "DP-" }', "{}", "syncd.toml:25: suppliers.depot.lines: needs at least one of sku_prefix, vendor, location, tag"),
    ('source = "tracking.csv"', 'source = "http://depot.example/t.csv"', "syncd.toml:23: suppliers.depot.source: http only on loopback"),
    ("smtp://127.0.0.1:2525", "mail.example.com", "syncd.toml:28: alerts.email.smtp: expected smtp://HOST:PORT or smtps://HOST:PORT"),
    ('"syncd@example.com"', '"a@b\\nBcc: c@d"', "syncd.toml:29: alerts.email.from: expected one mail address"),
    ('every = "5m"', 'every = "5bd"', "syncd.toml:33: daemon.every: business days make no sense here"),
    ('every = "5m"', 'lease = "5s"', "syncd.toml:32: daemon: lease must be between 30s and 10m"),
    ("127.0.0.1:9750", "9750", "syncd.toml:35: web.listen: expected HOST:PORT"),
    ("embedded", "pgqueuer", "syncd.toml:37: engine.kind: pgqueuer needs a postgresql:// [database] url"),
    ("[suppliers.depot]", '[suppliers."my depot"]', 'syncd.toml:21: suppliers."my depot": has characters that are not allowed'),
    ("[stores.main.policy]", "[stores.main.policy", "syncd.toml:10: (syntax): no valid TOML"),
    ('mode = "act"', 'mode = "act"\nmode = "act"', "syncd.toml:10: (syntax): no valid TOML: Cannot overwrite a value"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[new or f"without {old}" for old, new, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place(tmp_path, old, new, said):
    assert old in GOOD
    assert said in problems_of(tmp_path, GOOD.replace(old, new, 1))


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file_with_their_lines(tmp_path):
    text = GOOD.replace('"act"', '"acct"').replace('"5d"', '"5x"').replace('["main"]', '["mian"]')
    told = problems_of(tmp_path, text.replace("listen", "listn")).splitlines()
    assert [line.split(": ")[1] for line in told[::2]] == [
        "stores.main.mode",
        "stores.main.policy.stale_after",
        "suppliers.depot.stores[1]",
        "web.listn",
    ]
    assert told[1] == '    mode = "acct"'


@pytest.mark.parametrize(
    "literal",
    [
        'token = "shpat_canary0123456789"',
        'token = "canary"',
        "token = '''canary-in-a-long-string'''",
        'client_id = "x"\nclient_secret = "canary-secret"',
        'webhook_secret = ["env:OK", "canary-secret"]',
        'webhook_secret = [\n  "canary-secret",\n]',
        "token = 123456789",
    ],
)
def test_a_literal_secret_is_refused_and_never_shown(tmp_path, literal):
    told = problems_of(tmp_path, GOOD.replace('token = "env:SHOPIFY_TOKEN"', literal))
    assert "env:NAME" in told or "expected text" in told
    assert "canary" not in told
    assert "123456789" not in told


def test_a_broken_file_does_not_show_the_secret_on_the_broken_line(tmp_path):
    told = problems_of(tmp_path, GOOD.replace('"env:SHOPIFY_TOKEN"', '"canary-unclosed'))
    assert "canary" not in told
    assert f"token = {MASK}" in told


def test_a_password_in_the_database_url_is_not_shown(tmp_path):
    text = GOOD.replace("sqlite:///syncd.db", "mysql://me:canary-pw@db/x")
    assert "canary" not in problems_of(tmp_path, text)
    (tmp_path / "syncd.toml").write_text(GOOD.replace("sqlite:///syncd.db", "postgresql://me:canary-pw@db/x"))
    assert "canary" not in repr(load(tmp_path / "syncd.toml", env={}))


def test_two_stanzas_of_an_adapter_that_is_not_there_are_both_told(tmp_path):
    told = problems_of(tmp_path, GOOD + '[suppliers.x]\nadapter = "cjj"\n[suppliers.y]\nadapter = "fed"\n')
    assert 'there is no adapter "cjj"; did you mean "cj"?' in told
    assert 'there is no adapter "fed"; did you mean "feed"?' in told
    assert "suppliers.x.stores: is missing" in told


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "is not UTF-8 text"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_is_told(tmp_path, content, said):
    file = tmp_path / "syncd.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        load(file, env={})


class TestStatedClock:
    """SYNCD_CLOCK is for tests from outside: it is accepted only where nothing real can be reached."""

    def test_it_is_accepted_when_everything_is_on_loopback(self, tmp_path):
        (tmp_path / "syncd.toml").write_text(GOOD)
        load(tmp_path / "syncd.toml", env={"SYNCD_CLOCK": "2026-11-22T08:00:00Z"})

    @pytest.mark.parametrize(
        ("old", "new", "key"),
        [
            ('endpoint = "http://127.0.0.1:9700"', "", "stores.main.endpoint"),
            ("http://127.0.0.1:9700", "https://shop.example", "stores.main.endpoint"),
            ("tracking.csv", "https://depot.example/t.csv", "suppliers.depot.source"),
            ("smtp://127.0.0.1:2525", "smtps://mail.example.com", "alerts.email.smtp"),
        ],
    )
    def test_it_is_refused_when_something_is_outside(self, tmp_path, old, new, key):
        env = {"SYNCD_CLOCK": "2026-11-22T08:00:00Z"}
        assert f"{key}: SYNCD_CLOCK is set" in problems_of(tmp_path, GOOD.replace(old, new), env=env)

    @pytest.mark.parametrize("statement", ["yesterday", "2026-11-22T08:00:00", "file:nowhere"])
    def test_a_statement_of_no_time_is_refused(self, tmp_path, statement):
        assert "SYNCD_CLOCK: states no time" in problems_of(tmp_path, GOOD, env={"SYNCD_CLOCK": statement})
