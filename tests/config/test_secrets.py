"""Secrets are written as references and never come out again."""

import base64
import copy
import pickle
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import BaseModel, ValidationError

from syncd.errors import ConfigError
from syncd.secrets import MASK, Secret, SecretRef, redact, register, register_url, resolve, trouble

VALUE = "p@ss w/rd-canary"


@pytest.mark.parametrize(
    "text",
    [
        f"the token is {VALUE}",
        f"https://h/?x={quote(VALUE, safe='')}",
        f"Basic {base64.b64encode(VALUE.encode()).decode()}",
    ],
)
def test_a_registered_value_is_masked_in_every_form(text):
    register(VALUE)
    shown = redact(text)
    assert MASK in shown
    assert not any(form in shown for form in (VALUE, quote(VALUE, safe=""), base64.b64encode(VALUE.encode()).decode()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token shpat_0123456789abcdef!", "token ***!"),
        ("secret shpss_0123456789abcdef", "secret ***"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer ***"),
        ("Authorization: Basic YTpi", "Authorization: Basic ***"),
        ("{'X-Shopify-Access-Token': 'abc123'}", "{'X-Shopify-Access-Token': '***'}"),
        ('{"x-shopify-access-token":"abc123","n":1}', '{"x-shopify-access-token":"***","n":1}'),
        ("[(b'Authorization', b'Bearer abc')]", "[(b'Authorization', b'Bearer ***')]"),
        ("CJ-Access-Token: abc.def", "CJ-Access-Token: ***"),
        ("postgresql://syncd:hunter2@db/syncd", "postgresql://***@db/syncd"),
        ("GET /x?access_token=abc&page=2", "GET /x?access_token=***&page=2"),
        ("GET /x?page=2&sign=ABC", "GET /x?page=2&sign=***"),
        ('{"refreshToken": "abc", "ok": true}', '{"refreshToken": "***", "ok": true}'),
        ('token = "env:SHOPIFY_TOKEN"', 'token = "env:SHOPIFY_TOKEN"'),
        ("order #1001: number 1Z999AA10123456784", "order #1001: number 1Z999AA10123456784"),
        ("https://example.com/a?page=2", "https://example.com/a?page=2"),
        ("mail to merchant@example.com", "mail to merchant@example.com"),
    ],
)
def test_what_looks_like_a_credential_is_masked_and_nothing_else(text, shown):
    assert redact(text) == shown


def test_short_values_do_not_mask_the_world():
    register("1")
    assert redact("1001") == "1001"


def test_the_password_of_a_url_is_masked_wherever_it_turns_up():
    assert register_url("postgresql://me:s3cret-pw@db/x") == "postgresql://me:s3cret-pw@db/x"
    assert redact("auth failed with s3cret-pw") == f"auth failed with {MASK}"


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret("canary-value")
    assert secret.reveal() == "canary-value"
    assert "canary" not in f"{secret} {secret!r} { {'a': secret} }"
    assert secret == Secret("canary-value")
    assert secret != Secret("other-value")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.copy(secret)


def test_each_form_leads_to_its_value(tmp_path: Path):
    (tmp_path / "token").write_text("from-a-file\n")
    env = {"TOKEN": "from-the-env", "CREDENTIALS_DIRECTORY": str(tmp_path), "PATH": "/usr/bin:/bin"}
    refs = {
        "env:TOKEN": "from-the-env",
        "file:token": "from-a-file",
        f"file:{tmp_path / 'token'}": "from-a-file",
        "cred:token": "from-a-file",
        "cmd:cat token": "from-a-file",
        "cmd:sh -c 'printf %s \"$TOKEN\" | tr a-z A-Z'": "FROM-THE-ENV",
    }
    assert {ref: resolve(ref, env=env, base_dir=tmp_path) for ref in refs} == refs
    assert redact("from-a-file") == MASK


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("env:NOT_THERE", "the environment variable NOT_THERE is not set"),
        ("env:EMPTY", "is empty"),
        ("file:nothing.txt", "cannot read"),
        ("cred:token", "$CREDENTIALS_DIRECTORY is not set"),
        ("cmd:false", "ended with 1"),
        ("cmd:no-such-command-here", "failed"),
        ("cmd:sh -c 'echo it broke >&2; exit 3'", "ended with 3: it broke"),
    ],
)
def test_a_reference_that_leads_to_nothing_says_why(ref, said, tmp_path):
    with pytest.raises(ConfigError) as caught:
        resolve(ref, env={"EMPTY": "", "PATH": "/usr/bin:/bin"}, base_dir=tmp_path)
    assert said in str(caught.value)


def test_a_credential_cannot_leave_its_folder(tmp_path):
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    with pytest.raises(ConfigError, match="plain name"):
        resolve("cred:../x", env=env, base_dir=tmp_path)


@pytest.mark.parametrize("literal", ["shpat_canary0123", "canary-plain", "env:", "vault:canary"])
def test_a_literal_secret_is_refused_without_being_shown(literal, tmp_path):
    with pytest.raises(ConfigError) as caught:
        resolve(literal, env={}, base_dir=tmp_path)
    assert "env:NAME" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_field_of_settings_takes_references_only():
    class Settings(BaseModel):
        token: SecretRef

    assert Settings(token="env:TOKEN").token == "env:TOKEN"
    assert isinstance(Settings(token="env:TOKEN").token, SecretRef)
    with pytest.raises(ValidationError, match="env:NAME"):
        Settings(token="shpat_x")
    assert Settings.model_json_schema()["properties"]["token"]["pattern"].startswith("^(env|file")


def test_trouble_is_seen_without_running_a_command(tmp_path):
    assert trouble("cmd:touch here", env={}, base_dir=tmp_path) is None
    assert not (tmp_path / "here").exists()
    assert "not set" in (trouble("env:X", env={}, base_dir=tmp_path) or "")
    assert trouble("env:X", env={"X": "value"}, base_dir=tmp_path) is None
