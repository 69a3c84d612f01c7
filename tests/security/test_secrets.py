"""Secrets by canary: each is known to the byte, and looked for in everything that syncd writes, says and keeps."""

import base64
import html
import io
import json
import os
import traceback
import urllib.parse
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import create_engine, text

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.shopify import ShopifyTwin
from syncd import secrets
from syncd.cli import run
from syncd.journal.keys import KeyUnusable, load_key
from syncd.secrets import Secret, redact
from tests.cycle.shopworld import Streets
from tests.journal.conftest import own_database

NEWS = {
    "TOKEN": "shpat_5ca1ab1ecanary00000000000000beef",
    "CJ_KEY": "CJ777@api@canary-c0ffee1234567890",
    "DEPOT": "Bearer canary.dep0t/+tok=en<&>'x",
    "HOOK": "shpss_canary0hook0secret00000000000",
    "OLD_HOOK": 'canary "quoted" hook\\secret',
    "SMTP": "canary p@ss w/rd ünïcode",
    "ID": "canary-client-id-0123456789",
    "CLIENT": "canary-client-secret-0123456789",
}
"""Values of every secret that a configuration can name, some with the signs that encodings change."""

MORE = """
[alerts.email]
smtp = "smtps://mail.example.com:465"
username = "syncd"
password = "env:SMTP"
from = "syncd@example.com"
to = ["merchant@example.com"]
"""
COMMANDS = (
    "check --format json",
    "plan --output plan.json",
    "reconcile --yes",
    "drift --format table",
    "drift --format json",
    "drift --format csv --output drift.csv",
    "drift --format html --output drift.html",
    "drift --format xlsx --output drift.xlsx",
    "history --format json",
    "history --format csv",
    "history --format html --output history.html",
    "history --format xlsx --output history.xlsx",
    "explain #1001",
    "explain #1001 --format json",
    "status",
    "approvals",
    "run --once",
    "config show --origin --format json",
    "config validate",
    "config schema",
    "config explain token",
    "db check",
    "db backup copy.db",
    "--help",
    "unfulfill #1001 --yes",
    "resume cj --yes",
    "apply plan.json --yes",
    "plan --order token",
)


@cache
def forms(value: str) -> frozenset[bytes]:
    """Every way in which a value may stand in a file."""
    return frozenset(_forms(value))


def _forms(value: str) -> Iterator[bytes]:
    for one in (value, value.removeprefix("Bearer ")):
        yield from (one.encode(), one.encode("utf-16-le"), json.dumps(one)[1:-1].encode(), repr(one)[1:-1].encode())
        yield from (html.escape(one).encode(), html.escape(one, quote=False).encode(), one.replace('"', '""').encode())
        yield from (urllib.parse.quote(one, safe="").encode(), urllib.parse.quote_plus(one).encode())
        yield from (urllib.parse.quote(one).encode(), base64.b64encode(one.encode()), one.encode().hex().encode())
        yield json.dumps(one, ensure_ascii=False)[1:-1].encode()


class Watch:
    """Looks for the canaries; `also` are those that a service handed out on the way."""

    def __init__(self) -> None:
        self.also: set[str] = set()

    def found(self, content: bytes) -> list[str]:
        return sorted(value for value in {*NEWS.values(), *self.also} if any(form in content for form in forms(value)))


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything in the folder, workbooks unpacked."""
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "syncd.toml":
            content = file.read_bytes()
            yield file.name, content
            if file.suffix == ".xlsx":
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    yield from ((f"{file.name}:{name}", book.read(name)) for name in book.namelist())


class Telltale(httpx.AsyncBaseTransport):
    """Between syncd and the twins: notes what tokens are issued, and in `mode` gives away whatever it was sent."""

    def __init__(self, streets: Streets, watch: Watch) -> None:
        self.streets, self.watch, self.mode, self.told = streets, watch, "", 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said = f"{request.url} {request.headers.raw!r} {dict(request.headers)!r} {request.content.decode()}"
        issuing = "/authentication/" in request.url.path
        self.told += bool(self.mode) and not issuing
        match self.mode:
            case "status" if not issuing:
                status = 500 if request.url.host == "depot.test" else 401
                return httpx.Response(status, text=f"<h1>refused</h1>{said}", headers={"x-why": "no"})
            case "teapot" if not issuing:
                return httpx.Response(418, json={"message": said, "token": request.headers.raw[-1][1].decode()})
            case "graphql" if request.url.host == "shop.test":
                error = {"message": f"bad {said}", "extensions": {"code": "X"}}
                return httpx.Response(200, json={"errors": [error]})
            case "refusing" if b"mutation" in request.content and b"bulkOperation" not in request.content:
                error = {"field": ["x"], "message": f"bad {said}"}
                query = json.loads(request.content)["query"]
                name = query.split("{", 1)[1].split("(", 1)[0].strip()
                return httpx.Response(200, json={"data": {name: {"fulfillment": None, "userErrors": [error]}}})
            case "broken" if not issuing:
                raise httpx.ReadError(f"broke at {said}")
            case "bug" if not issuing:
                raise RuntimeError(f"a bug, with {said}")
            case "worse" if not issuing:
                raise KeyboardInterrupt(said)
        response = await self.streets.handle_async_request(request)
        if issuing:
            data = response.json().get("data") or {}
            self.watch.also |= {data[name] for name in ("accessToken", "refreshToken") if data.get(name)}
        return response


@pytest.fixture
def watch(desk) -> Watch:
    """The desk with canaries for secrets, and somebody between syncd and its twins who tells them."""
    found = Watch()
    desk.store = ShopifyTwin(desk.clock, Random(1), shop="sandbox.myshopify.com", token=NEWS["TOKEN"])
    desk.cj = CjTwin(desk.clock, Random(1), api_key=NEWS["CJ_KEY"])
    ways = {"shop.test": desk.store.app, "cj.test": desk.cj.app, "depot.test": desk.depot.app}
    desk.streets = Telltale(Streets(ways), found)
    desk.env.update(NEWS)
    desk.configure(
        ('token = "env:TOKEN"', 'token = "env:TOKEN"\nwebhook_secret = ["env:HOOK", "env:OLD_HOOK"]'),
        ("columns =", 'authorization = "env:DEPOT"\ncolumns ='),
        ("[suppliers.cj]", f"{MORE}\n[suppliers.cj]"),
    )
    return found


def shipped(desk) -> None:
    order = desk.order("CJ-1")
    line = CjLine(quantity=1, store_line_id=order.lines[0].id.rpartition("/")[2])
    placed = desk.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=[line])
    desk.cj.ship(placed, number=f"YT24123456789012{order.name[-2:]}", carrier="YunExpress")
    desk.order("DP-1")
    desk.depot.put("#1002", sku="DP-1", quantity="1")
    desk.depot.ship("#1002", number="1Z999AA10123456784", carrier="UPS")


def told(desk, watch: Watch, *, commands=COMMANDS, log_format: str = "json") -> None:
    """Every command's two streams are clean, in full detail."""
    for number, command in enumerate(commands):
        words = command.split(" ")
        result = desk.syncd("-vv", "--log-format", log_format if number % 2 else "console", *words)
        assert watch.found(result.out.encode()) == [], command
        assert watch.found(result.err.encode()) == [], command


def kept(desk, watch: Watch) -> None:
    """So is every file."""
    for name, content in files(desk.folder):
        assert watch.found(content) == [], name


def test_the_watch_sees_a_canary_in_every_form(watch):
    for value in NEWS.values():
        for form in forms(value):
            assert watch.found(b"x" + form + b"y") != []
    assert watch.found(b"harmless") == []


def test_nothing_that_is_printed_or_kept_holds_a_secret(desk, watch):
    shipped(desk)
    told(desk, watch)
    assert watch.also, "no token was issued"
    assert len(desk.store.world.fulfillments) > 0, "nothing happened"
    kept(desk, watch)


@pytest.mark.parametrize("mode", ["status", "teapot", "graphql", "refusing", "broken", "bug", "worse"])
def test_not_even_when_the_other_side_gives_it_away(desk, watch, mode):
    """Answers, errors and bugs that quote the request back: in them stand the headers that prove who we are."""
    shipped(desk)
    desk.streets.mode = mode
    told(desk, watch, commands=("check", "reconcile --yes --format json", "run --once"))
    desk.streets.mode = ""
    assert desk.streets.told, "nothing was given away"
    told(desk, watch, commands=("history --format json", "drift --last"))
    kept(desk, watch)


def test_a_literal_secret_in_the_configuration_is_refused_without_being_shown(desk, watch):
    for key, value in (("token", NEWS["TOKEN"]), ("webhook_secret", NEWS["HOOK"])):
        original = (desk.folder / "syncd.toml").read_text()
        lines = [f'{key} = "{value}"' if one.startswith(key) else one for one in original.splitlines()]
        (desk.folder / "syncd.toml").write_text("\n".join(lines))
        told(desk, watch, commands=("check", "config show", "config validate", "plan"))
        (desk.folder / "syncd.toml").write_text("\n".join(lines) + "\nbroken = [")
        told(desk, watch, commands=("check", "config show", "plan"))
        (desk.folder / "syncd.toml").write_text(original)


@pytest.mark.postgres
def test_the_other_database_keeps_none_either(desk, watch):
    with own_database(f"syncd_secrets_{os.getpid()}_{id(watch)}") as address:
        place = address.replace("postgresql+psycopg://postgres@", "postgresql://postgres:canary-db-passw0rd@")
        desk.env["DB"] = place
        NEWS["DB"] = "canary-db-passw0rd"
        try:
            desk.configure(("[stores.main]", '[database]\nurl = "env:DB"\n\n[stores.main]'))
            shipped(desk)
            told(
                desk,
                watch,
                commands=(
                    "db upgrade",
                    "check",
                    "plan --output plan.json",
                    "reconcile --yes",
                    "drift --format json",
                    "history",
                ),
            )
            desk.streets.mode = "bug"
            told(desk, watch, commands=("reconcile --yes", "drift --last"))
            dump = "\n".join(_rows(address))
        finally:
            del NEWS["DB"]
    assert "1001" in dump
    assert watch.found(dump.encode()) == []
    kept(desk, watch)


def _rows(address: str) -> Iterator[str]:
    """Every row of every table as the server writes it; bytes as they are."""
    engine = create_engine(address)
    with engine.connect() as conn:
        conn.execute(text("SET bytea_output = 'escape'"))
        tables = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            yield from (str(row[0]) for row in conn.execute(text(f'SELECT t::text FROM "{table}" t')))
    engine.dispose()


def test_a_wrong_database_password_is_not_shown(desk, watch):
    """The driver quotes what it was given where it cannot connect."""
    NEWS["DB"] = "canary%20db@pw"
    secret = urllib.parse.quote(NEWS["DB"], safe="")
    try:
        desk.env["DB"] = f"postgresql://nobody:{secret}@127.0.0.1:9/none"
        desk.configure(("[stores.main]", '[database]\nurl = "env:DB"\n\n[stores.main]'))
        told(desk, watch, commands=("status", "plan", "db check", "config show"))
    finally:
        del NEWS["DB"]


def test_a_crash_is_told_without_locals_and_without_secrets(desk, watch, monkeypatch):
    """The last words of a bug: a traceback, through the redaction, and no values of variables."""
    desk.streets.mode = "bug"
    shipped(desk)
    monkeypatch.setattr("syncd.cli.session.Session.run", _crash)
    told(desk, watch, commands=("plan", "reconcile --yes", "status"))
    code = run(["plan"], env=desk.env, clock=desk.clock, transport=desk.streets)
    said = desk.capsys.readouterr().err
    assert code == 1
    assert "This is a bug in syncd" in said
    assert "Traceback" in said
    assert watch.found(said.encode()) == []


def _crash(session, *_):
    token = session.env["TOKEN"]
    raise RuntimeError(f"connection to https://u:{token}@h/?token={token} with Authorization: Bearer {token}")


def test_a_secret_in_an_exception_shows_itself_nowhere():
    value = Secret("canary-in-an-exception-1")
    try:
        raise ValueError(f"{value} {value!r}", value)
    except ValueError as error:
        said = "".join(traceback.format_exception(error))
        said += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "canary-in-an-exception-1" not in said.replace('Secret("canary-in-an-exception-1")', "")


def test_registered_values_are_masked_in_html_too():
    secrets.register("canary<&>'html'")
    assert "canary" not in redact(html.escape("it was canary<&>'html'"))


def test_the_key_of_the_journal_is_readable_by_its_owner_alone(tmp_path):
    key = load_key(tmp_path / "syncd.key")
    assert (tmp_path / "syncd.key").stat().st_mode & 0o777 == 0o600
    assert key.secret.hex() not in repr(key)
    assert str(key.secret) not in repr(key)
    (tmp_path / "syncd.key").write_text("c2hvcnQ=")
    with pytest.raises(KeyUnusable) as caught:
        load_key(tmp_path / "syncd.key")
    assert "c2hvcnQ" not in str(caught.value)
