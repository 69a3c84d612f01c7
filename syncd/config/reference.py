"""What every key means, what it is set to and by whom: for `syncd config show`, `explain` and `schema`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from syncd.config.adapters import find, names
from syncd.config.fields import spelt as approval_word
from syncd.config.loading import Config
from syncd.config.models import STANZAS, Document, keys_of
from syncd.config.positions import Path
from syncd.config.problems import dotted
from syncd.domain.periods import Period
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.secrets import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key with its effective value. `line` None = the default holds."""

    path: Path
    value: Any
    line: int | None
    description: str

    @property
    def key(self) -> str:
        return dotted(self.path)

    @property
    def shown(self) -> str:
        """The value as TOML would spell it; passwords in URLs are masked."""
        return redact(spelt(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key that a file may have; `*` stands for a name of the reader's choice."""

    path: tuple[str, ...]
    description: str
    expected: str
    default: str | None
    """None = it has to be set."""
    adapter: str | None = None
    """The adapter whose key it is; None = ours."""

    @property
    def name(self) -> str:
        return ".".join(self.path)


def settings(config: Config) -> Iterator[Setting]:
    """Every effective setting of a configuration, in the file's order of tables."""
    stanzas = {(table, name): stanza.settings for table in STANZAS for name, stanza in getattr(config, table).items()}
    yield from _settings(config, config.document, ())
    for path, model in stanzas.items():
        yield from _settings(config, model, path)


def _settings(config: Config, model: BaseModel, path: Path) -> Iterator[Setting]:
    dumped = model.model_dump(mode="json", by_alias=True)
    for key, info in keys_of(type(model)).items():
        yield from _values(config, getattr(model, _attribute(model, info)), dumped.get(key), (*path, key), info)


def _values(config: Config, value: Any, dumped: Any, path: Path, info: FieldInfo) -> Iterator[Setting]:
    if isinstance(value, BaseModel):
        yield from _settings(config, value, path)
        return
    if isinstance(value, Mapping) and any(isinstance(inner, BaseModel) for inner in value.values()):
        for name, inner in value.items():
            yield from _settings(config, inner, (*path, name))
        return
    position = config.source.positions.get(path)
    if isinstance(value, Mapping) and not value and position is None and get_origin(info.annotation) is dict:
        return
    yield Setting(path=path, value=dumped, line=position.line if position else None, description=info.description or "")


def _attribute(model: BaseModel, info: FieldInfo) -> str:
    return next(name for name, one in type(model).model_fields.items() if one is info)


def spelt(value: Any) -> str:
    """A JSON-ready value in TOML's spelling; an absent one as `(not set)`."""
    match value:
        case None:
            return "(not set)"
        case list():
            return f"[{', '.join(spelt(one) for one in value)}]"
        case dict():
            inner = ", ".join(f"{key} = {spelt(one)}" for key, one in value.items() if one is not None)
            return f"{{ {inner} }}" if inner else "{}"
        case str() | bool() | int() | float():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def keys() -> tuple[Key, ...]:
    """Every key that a file may have, with those of all adapters (`stores.*.shop`)."""
    found = list(_keys(Document, ()))
    for table in STANZAS:
        for name in names(table):
            adapter = find(table, name)
            if adapter is not None:
                found += _keys(adapter.settings, (table, "*"), adapter=name)
    return tuple(found)


def _keys(model: type[BaseModel], path: tuple[str, ...], *, adapter: str | None = None) -> Iterator[Key]:
    properties = model.model_json_schema(by_alias=True)
    for key, info in keys_of(model).items():
        inner = _table(info.annotation)
        if inner is not None:
            named = get_origin(info.annotation) is dict
            yield from _keys(inner, (*path, key, "*") if named else (*path, key), adapter=adapter)
            continue
        expected = _expected(properties["properties"][key], properties.get("$defs", {}))
        default = None if info.is_required() else spelt(_default(info))
        yield Key(
            path=(*path, key), description=info.description or "", expected=expected, default=default, adapter=adapter
        )


def _default(info: FieldInfo) -> Any:
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(kind).dump_python(info.get_default(call_default_factory=True), mode="json")


def _table(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _table(inner)
        if found is not None:
            return found
    return None


def _expected(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _expected(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        parts = [_expected(one, definitions) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts))
    if schema.get("type") == "array":
        return f"list of {_expected(schema['items'], definitions)}" if "items" in schema else "list"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true | false"}
    return words.get(str(schema.get("type")), "table")


class _Schema(GenerateJsonSchema):
    """Spells defaults as the file does."""

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case Period():
                return dft.text
            case timedelta():
                return Period(elapsed=dft).text
            case Rung():
                return dft.word
            case Approval():
                return approval_word(dft)
            case tuple():
                return [self.encode_default(one) for one in dft]
            case _:
                return super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors: our tables, and beside our keys those of every adapter."""
    document = Document.model_json_schema(by_alias=True, schema_generator=_Schema)
    definitions = document["$defs"]
    for table, model in STANZAS.items():
        ours = definitions[model.__name__]
        # The adapter's keys stand in the same table, so what is unknown can only be judged for both together.
        is_known = False
        for adapter in filter(None, (find(table, name) for name in names(table))):
            theirs = adapter.settings.model_json_schema(by_alias=True, schema_generator=_Schema)
            ours["properties"] = {**theirs.get("properties", {}), **ours["properties"]}
            definitions.update(theirs.get("$defs", {}))
            is_known = True
        ours["additionalProperties"] = not is_known
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
