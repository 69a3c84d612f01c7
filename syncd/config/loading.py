"""Finds, reads and validates the configuration file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from syncd.config import rules
from syncd.config.adapters import AdapterBroken, find, names
from syncd.config.models import STANZAS, CarrierTable, Document, StoreTable, SupplierTable, keys_of
from syncd.config.positions import positions
from syncd.config.problems import Source, did_you_mean, explained, names_at
from syncd.domain.ports import Adapter
from syncd.errors import ConfigError, ConfigProblem
from syncd.secrets import is_secret_name, register, register_url

SYSTEM_FILE = Path("/etc/syncd/syncd.toml")

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """One store: our half of its stanza, its adapter, and the adapter's half."""

    name: str
    table: StoreTable
    adapter: Adapter
    settings: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierConfig:
    """One supplier; see StoreConfig."""

    name: str
    table: SupplierTable
    adapter: Adapter
    settings: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierConfig:
    """One carrier; see StoreConfig."""

    name: str
    table: CarrierTable
    adapter: Adapter
    settings: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A valid configuration. Relative paths in it are relative to `base_dir`, the folder of the file."""

    path: Path
    document: Document = field(repr=False)
    stores: Mapping[str, StoreConfig]
    suppliers: Mapping[str, SupplierConfig]
    carriers: Mapping[str, CarrierConfig]
    source: Source = field(repr=False)

    @property
    def base_dir(self) -> Path:
        return self.path.parent

    def settings_of(self, table: str, name: str) -> BaseModel:
        """The adapter's half of one stanza."""
        stanzas: Mapping[str, StoreConfig | SupplierConfig | CarrierConfig] = getattr(self, table)
        return stanzas[name].settings


def locations(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where a configuration is looked for when no option names it, in this order."""
    stated = (Path(env["SYNCD_CONFIG"]),) if env.get("SYNCD_CONFIG") else ()
    home = env.get("XDG_CONFIG_HOME") or (f"{env['HOME']}/.config" if env.get("HOME") else "")
    user = (Path(home) / "syncd" / "syncd.toml",) if home else ()
    return (*stated, *(() if stated else (Path("syncd.toml"), *user, SYSTEM_FILE)))


def load(path: Path | str | None, *, env: Mapping[str, str]) -> Config:
    """The configuration in `path`, or in the first of `locations` that exists.

    Raises ConfigError with every problem that can be told apart, each with file, line and key.
    """
    file = Path(path) if path is not None else _first_that_exists(env)
    source = read(file)
    loader = _Loader(source=source)
    config = loader.config(file.absolute())
    problems = [*loader.problems, *rules.check_text(source)]
    if config is not None and not problems:
        problems += rules.check(config, env=env)
    if problems or config is None:
        # One thing is told once, also when two rules found it.
        first = {(problem.line, problem.key): problem for problem in reversed(problems)}
        raise ConfigError(tuple(sorted(first.values(), key=lambda problem: (problem.line, problem.key))))
    return config


def read(file: Path) -> Source:
    """The file's text and content with positions. Raises ConfigError when it is not there or no TOML."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError((_syntax(file, exc, text),)) from None
    except UnicodeDecodeError as exc:
        raise _file_problem(file, f"is not UTF-8 text (byte {exc.start})") from None
    except OSError as exc:
        raise _file_problem(file, f"cannot be read: {exc.strerror}") from None
    _hide_literals(data)
    return Source(file=str(file), text=text, data=data, positions=positions(text))


def _first_that_exists(env: Mapping[str, str]) -> Path:
    looked = locations(env)
    for place in looked:
        if place.is_file():
            return place
    where = ", ".join(str(place) for place in looked)
    problem = ConfigProblem(
        file=str(looked[0]),
        line=0,
        key="(file)",
        text=f"there is no configuration; looked for {where}. Make one: syncd init",
    )
    raise ConfigError((problem,))


def _syntax(file: Path, exc: tomllib.TOMLDecodeError, text: str) -> ConfigProblem:
    said, _, place = str(exc).partition(" (at ")
    digits = "".join(char if char.isdigit() else " " for char in place).split()
    lines = text.splitlines()
    line = int(digits[0]) if digits else len(lines)
    broken = Source(file=str(file), text=text, data={}, positions={})
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    key = shown.partition("=")[0].strip()
    # The text is not parsed, so nothing in it could be registered: show no value of a key that may hold a secret.
    safe = broken.problem((), said)
    source_line = f"{key} = ***" if is_secret_name(key) else shown
    return replace(safe, line=line, key="(syntax)", text=f"no valid TOML: {said}", source_line=source_line)


def _file_problem(file: Path, text: str) -> ConfigError:
    return ConfigError((ConfigProblem(file=str(file), line=0, key="(file)", text=text),))


def _hide_literals(data: Any, *, name: str = "") -> None:
    """Register whatever stands literally where secrets are expected, before anything of it can be shown."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            _hide_literals(value, name=key)
    elif isinstance(data, list):
        for value in data:
            _hide_literals(value, name=name)
    elif isinstance(data, str) and "://" in data:
        register_url(data)
    elif (
        isinstance(data, str) and is_secret_name(name) and data.partition(":")[0] not in {"env", "file", "cred", "cmd"}
    ):
        register(data)


@dataclass(slots=True, kw_only=True)
class _Loader:
    source: Source
    problems: list[ConfigProblem] = field(default_factory=list)

    def config(self, path: Path) -> Config | None:
        """The whole configuration, or None when `problems` say why not."""
        data = dict(self.source.data)
        halves: dict[str, dict[str, tuple[Adapter | None, BaseModel | None]]] = {}
        known: dict[tuple[str, str], set[str]] = {}
        for table in STANZAS:
            stanzas = data.get(table)
            if not isinstance(stanzas, dict):
                continue
            data[table] = {}
            halves[table] = {}
            for name, stanza in stanzas.items():
                ours, half, also = self._stanza(table, name, stanza)
                data[table][name], halves[table][name], known[table, name] = ours, half, also
        document = self._document(data, known)
        if document is None or self.problems:
            return None
        build = partial(_whole, halves=halves)
        return Config(
            path=path,
            document=document,
            stores={
                name: StoreConfig(name=name, table=t, **build("stores", name)) for name, t in document.stores.items()
            },
            suppliers={
                name: SupplierConfig(name=name, table=t, **build("suppliers", name))
                for name, t in document.suppliers.items()
            },
            carriers={
                name: CarrierConfig(name=name, table=t, **build("carriers", name))
                for name, t in document.carriers.items()
            },
            source=self.source,
        )

    def _stanza(
        self, table: str, name: str, stanza: Any
    ) -> tuple[Any, tuple[Adapter | None, BaseModel | None], set[str]]:
        """Our half of a stanza, the adapter with its validated half, and the names of the adapter's keys."""
        if not isinstance(stanza, dict):
            return stanza, (None, None), set()
        ours = set(keys_of(STANZAS[table]))
        adapter = self._adapter(table, name, stanza)
        if adapter is None:
            # Whose the other keys are cannot be known, so nothing is said about them.
            return {key: value for key, value in stanza.items() if key in ours}, (None, None), set()
        theirs = set(keys_of(adapter.settings))
        settings = self._valid(
            adapter.settings, {key: value for key, value in stanza.items() if key in theirs}, prefix=(table, name)
        )
        rest = {key: value for key, value in stanza.items() if key in ours or key not in theirs}
        return rest, (adapter, settings), theirs

    def _adapter(self, table: str, name: str, stanza: Mapping[str, Any]) -> Adapter | None:
        wanted = stanza.get("adapter")
        if not isinstance(wanted, str):
            return None  # missing, or no text: our half of the stanza says so
        try:
            found = find(table, wanted)
            text = f'there is no adapter "{wanted}"; {did_you_mean(wanted, names(table))}'
        except AdapterBroken as exc:
            found, text = None, str(exc)
        if found is None:
            self.problems.append(self.source.problem((table, name, "adapter"), text))
        return found

    def _document(self, data: Mapping[str, Any], known: Mapping[tuple[str, str], set[str]]) -> Document | None:
        try:
            return Document.model_validate(data)
        except ValidationError as exc:
            for error in exc.errors():
                place = tuple(str(part) for part in error["loc"][:2])
                also = known.get((place[0], place[1]), set()) if len(place) == 2 else set()
                self._explain(error, model=Document, prefix=(), also=also if len(error["loc"]) == 3 else ())
            return None

    def _valid(self, model: type[M], data: Mapping[str, Any], *, prefix: tuple[str, str]) -> M | None:
        try:
            return model.model_validate(data)
        except ValidationError as exc:
            for error in exc.errors():
                also = names_at(STANZAS[prefix[0]], ()) if len(error["loc"]) == 1 else ()
                self._explain(error, model=model, prefix=prefix, also=also)
            return None

    def _explain(self, error: Any, *, model: type[BaseModel], prefix: tuple[str, ...], also: Any) -> None:
        self.problems.append(explained(error, source=self.source, prefix=prefix, model=model, also=also))


def _whole(
    table: str, name: str, *, halves: Mapping[str, Mapping[str, tuple[Adapter | None, BaseModel | None]]]
) -> dict[str, Any]:
    adapter, settings = halves[table][name]
    return {"adapter": adapter, "settings": settings}
