"""The example configuration loads as it stands, and names every option there is."""

import re
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator

from syncd.compose import policy_of
from syncd.config import load
from syncd.config.models import PolicyTable
from syncd.config.reference import json_schema, keys, settings
from syncd.reconcile.policy import Policy
from tests.reference import REFERENCE, ROOT, needs_reference

EXAMPLE = ROOT / "config" / "syncd.example.toml"


def named_keys(text: str) -> set[tuple[str | None, str]]:
    """(adapter of the stanza, last name) of every key in the text, also of those behind a comment sign."""
    found, adapter = set(), None
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        if re.match(r"\[[a-z.]+\]", bare):
            adapter = None
        match = re.match(r"([a-z_]+) = (.*)", bare)
        if not match:
            continue
        key, value = match.groups()
        adapter = value.split('"')[1] if key == "adapter" else adapter
        found.add((adapter, key))
        found |= {(adapter, inner) for inner in re.findall(r"[{,] ?([a-z_]+) = ", value)}
    return found


def test_the_example_loads():
    config = load(EXAMPLE, env={})
    assert set(config.stores) == {"main", "archive"}
    assert set(config.suppliers) == {"cj", "depot"}


def test_the_example_names_every_option():
    named = named_keys(EXAMPLE.read_text())
    missing = [
        f"{key.name} ({key.adapter})"
        for key in keys()
        if (key.adapter, key.path[-1]) not in named
        and not (key.adapter is None and any(name == key.path[-1] for _, name in named))
    ]
    assert missing == []


def test_an_option_that_is_left_out_is_noticed():
    text = EXAMPLE.read_text().replace("stale_after =", "stale_afters =").replace("track = false", "")
    named = named_keys(text)
    assert ("shopify", "stale_after") not in named
    assert ("cj", "track") not in named


def test_every_option_is_described():
    assert [key.name for key in keys() if not key.description] == []


def test_the_example_states_the_defaults():
    defaults = {key.path[-1]: key.default for key in keys() if key.path[:3] == ("stores", "*", "policy")}
    stated = {row.path[-1]: row.shown for row in settings(load(EXAMPLE, env={})) if "policy" in row.path}
    assert stated == defaults


def test_the_defaults_of_the_configuration_are_those_of_the_policy():
    config = load(EXAMPLE, env={})
    assert policy_of(config.stores["archive"], suppliers=()) == Policy()
    assert set(PolicyTable.model_fields) | {"notify_customer", "suppliers"} == set(Policy.__dataclass_fields__)


def test_the_json_schema_accepts_the_example_and_refuses_a_wrong_one():
    data = tomllib.loads(EXAMPLE.read_text().replace("2026-12-25, 2027-01-01", ""))
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(data)) == []
    data["stores"]["main"]["modee"] = "act"
    data["daemon"]["every"] = 5
    assert len(list(Draft202012Validator(schema).iter_errors(data))) == 2


@needs_reference
def test_the_file_of_the_design_loads_as_written(tmp_path: Path):
    text = re.findall(r"```toml\n(.*?)```", (REFERENCE / "design.md").read_text(), re.DOTALL)[0]
    # The design names an adapter that this release does not have.
    text = re.sub(r"\[suppliers\.ali\].*?(?=\[suppliers\.depot\])", "", text, flags=re.DOTALL)
    (tmp_path / "syncd.toml").write_text(text)
    config = load(tmp_path / "syncd.toml", env={})
    assert config.stores["main"].table.mode == "act"
    assert set(config.suppliers) == {"cj", "depot"}
    assert config.document.web.listen == "127.0.0.1:9750"
