"""Rules of the configuration that concern more than one key: references between tables, addresses, the stated clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from syncd.clock import StatedClock
from syncd.config.fields import is_loopback
from syncd.config.models import STANZAS, keys_of
from syncd.config.problems import Source, did_you_mean
from syncd.errors import ConfigError, ConfigProblem
from syncd.secrets import FORMS, SecretRef, resolve, trouble

if TYPE_CHECKING:
    from syncd.config.loading import Config

_ADDRESSES = ("endpoint", "base_url", "source", "url")
"""Keys of adapters' settings that say where a service is."""
_BARE_ADDRESSES = ("endpoint", "base_url")
"""Those that replace scheme, host and port only."""


def check_text(source: Source) -> Iterator[ConfigProblem]:
    """Rules that can be checked on what the file says, also when other things in it are wrong."""
    yield from _references(source)
    yield from _addresses(source)


def check(config: Config, *, env: Mapping[str, str]) -> Iterator[ConfigProblem]:
    """Rules that need a configuration that is valid otherwise."""
    yield from _engine(config, env=env)
    yield from _clock(config, env=env)


def secret_problems(
    config: Config, *, env: Mapping[str, str], only: frozenset[tuple[str, str]] | None = None
) -> tuple[ConfigProblem, ...]:
    """References that lead to nothing, of the stanzas in `only` (table, name) or of all. Commands are not run."""
    found = []
    for table in STANZAS:
        for name, stanza in getattr(config, table).items():
            if only is None or (table, name) in only:
                found += [*_refs(stanza.table, (table, name)), *_refs(stanza.settings, (table, name))]
    if only is None and config.document.alerts.email:
        found += _refs(config.document.alerts.email, ("alerts", "email"))
    problems = []
    for path, ref in dict(found).items():
        said = trouble(ref, env=env, base_dir=config.base_dir)
        if said:
            problems.append(config.source.problem(path, said))
    return tuple(problems)


def exposed_files(config: Config) -> tuple[Path, ...]:
    """Files with secrets that others than their owner may read. What a container mounts below /run is not ours to set."""
    refs = [
        *(ref for table in STANZAS for stanza in getattr(config, table).values() for _, ref in _refs(stanza.table, ())),
        *(
            ref
            for table in STANZAS
            for stanza in getattr(config, table).values()
            for _, ref in _refs(stanza.settings, ())
        ),
    ]
    named = [
        config.base_dir / Path(ref.partition(":")[2].strip()).expanduser() for ref in refs if ref.startswith("file:")
    ]
    files = dict.fromkeys([*named, key_file(config)])
    return tuple(file for file in files if _is_exposed(file))


def _is_exposed(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & 0o077) and not file.resolve().is_relative_to("/run")
    except OSError:
        return False


def _refs(model: BaseModel, prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str | int, ...], SecretRef]]:
    for key, info in keys_of(type(model)).items():
        field = next(name for name, one in type(model).model_fields.items() if one is info)
        yield from _refs_in(getattr(model, field), (*prefix, key))


def _refs_in(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], SecretRef]]:
    if isinstance(value, SecretRef):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from _refs(value, tuple(str(part) for part in path))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _refs_in(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _refs_in(inner, (*path, index))


def _stanzas(source: Source) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for table in STANZAS:
        entries = source.data.get(table)
        for name, stanza in entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(stanza, Mapping):
                yield (table, name), stanza


def _references(source: Source) -> Iterator[ConfigProblem]:
    known = {name for (table, name), _ in _stanzas(source) if table == "stores"}
    for path, stanza in _stanzas(source):
        named = stanza.get("stores") if path[0] == "suppliers" else ()
        for index, store in enumerate(named if isinstance(named, list) else ()):
            if isinstance(store, str) and store not in known:
                text = f'there is no store "{store}"; {did_you_mean(store, known)}'
                yield source.problem((*path, "stores", index), text)


def _addresses(source: Source) -> Iterator[ConfigProblem]:
    for path, stanza in _stanzas(source):
        for key in _ADDRESSES:
            value = stanza.get(key)
            if isinstance(value, str):
                text = _wrong_address(value, is_bare=key in _BARE_ADDRESSES)
                if text:
                    yield source.problem((*path, key), f"{text}; found {value!r}")


def _wrong_address(value: str, *, is_bare: bool) -> str | None:
    try:
        parts = urlsplit(value)
        is_local = is_loopback(parts.hostname)
    except ValueError:
        return "is no address"
    if is_bare and (parts.scheme not in {"http", "https"} or not parts.hostname):
        return "expected https://HOST, or http://127.0.0.1:PORT"
    if parts.scheme == "http" and not is_local:
        return "http only on loopback, use https"
    if is_bare and (parts.path not in {"", "/"} or parts.query or parts.fragment):
        return "takes scheme, host and port only, the adapter adds the path"
    return None


def addresses(config: Config) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Every address in adapters' stanzas; None = the adapter's own default, which is somewhere outside."""
    for table in STANZAS:
        for name, stanza in getattr(config, table).items():
            for key in _ADDRESSES:
                if key in keys_of(type(stanza.settings)):
                    value = getattr(stanza.settings, key)
                    yield (table, name, key), None if value is None else str(value)


def _engine(config: Config, *, env: Mapping[str, str]) -> Iterator[ConfigProblem]:
    try:
        url = database_url(config, env=env)
    except ConfigError:
        return  # told by whoever opens the database; `config validate` works without secrets
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        yield config.source.problem(("database", "url"), "expected sqlite:///FILE or postgresql://HOST/NAME")
    elif config.document.engine.kind == "pgqueuer" and not url.startswith("postgresql"):
        yield config.source.problem(("engine", "kind"), "pgqueuer needs a postgresql:// [database] url")


def database_url(config: Config, *, env: Mapping[str, str]) -> str:
    """The database's URL: references resolved, a relative SQLite path made absolute."""
    url = config.document.database.url
    if url.partition(":")[0] in FORMS:
        url = resolve(url, env=env, base_dir=config.base_dir)
    file = url.removeprefix("sqlite:///")
    if file == url or file.startswith(("/", ":memory:")):
        return url
    return f"sqlite:///{config.base_dir / file}"


def key_file(config: Config) -> Path:
    """Where the key for kept credentials and hashes lies, or will be made."""
    ref = config.document.database.key or "file:syncd.key"
    return config.base_dir / Path(ref.partition(":")[2]).expanduser()


def _clock(config: Config, *, env: Mapping[str, str]) -> Iterator[ConfigProblem]:
    statement = env.get("SYNCD_CLOCK")
    if not statement:
        return
    try:
        StatedClock(statement).now()
    except (ValueError, OSError) as exc:
        yield ConfigProblem(file="environment", line=0, key="SYNCD_CLOCK", text=f"states no time: {exc}")
    places = [*addresses(config), *_mail_server(config)]
    for path, value in places:
        if value is None or ("://" in value and not is_loopback(urlsplit(value).hostname)):
            text = f"SYNCD_CLOCK is set, so this must be on loopback; found {value or 'the real service'}"
            yield config.source.problem(path, text)


def _mail_server(config: Config) -> Iterator[tuple[tuple[str, ...], str | None]]:
    email = config.document.alerts.email
    if email is not None:
        # A reference is not resolved here: what cannot be seen is taken for somewhere outside.
        yield ("alerts", "email", "smtp"), email.smtp if "://" in email.smtp else None
