"""Turns what pydantic found into what a person can mend: file, line, key, what was expected, the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from syncd.config.models import keys_of
from syncd.config.positions import Path, Position, nearest
from syncd.errors import ConfigProblem
from syncd.secrets import HOW, MASK, is_secret_name, redact, register

_EXPECTED = {
    "string_type": "expected text in quotes",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "list_type": "expected a list in brackets",
    "tuple_type": "expected a list in brackets",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
    "date_type": "expected a date, like 2026-12-25",
    "string_too_short": "must not be empty",
}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A configuration file as read: its text, what it says, and where."""

    file: str
    text: str
    data: Mapping[str, Any]
    positions: Mapping[Path, Position]

    def problem(self, path: Path, text: str, *, is_secret: bool = False) -> ConfigProblem:
        """A problem at `path`; what looks like a secret is not repeated."""
        position = nearest(dict(self.positions), path)
        line = position.line if position else 0
        shown = self.text.splitlines()[line - 1] if line else ""
        if is_secret and "=" in shown:
            shown = f"{shown.partition('=')[0].strip()} = {MASK}"
        elif is_secret:
            shown = ""
        return ConfigProblem(
            file=self.file, line=line, key=dotted(path) or "(whole file)", text=redact(text), source_line=redact(shown)
        )


def dotted(path: Path) -> str:
    """`stores.main.policy`, quoted where TOML needs it, with `[2]` for elements of arrays (counted from 1)."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part + 1}]"
        else:
            name = part if _BARE.fullmatch(part) else f'"{part}"'
            shown += f".{name}" if shown else name
    return shown


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if any is near."""
    names = list(known)
    folded = {one.lower().replace("-", "_"): one for one in names}
    close = get_close_matches(name.lower().replace("-", "_"), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean "x"?`, or the names there are."""
    names = sorted(known)
    near = nearest_name(name, names)
    if near:
        return f'did you mean "{near}"?'
    return f"known: {', '.join(names)}" if names else "there are none"


def explained(
    error: ErrorDetails, *, source: Source, prefix: Path, model: type[BaseModel], also: Iterable[str] = ()
) -> ConfigProblem:
    """One pydantic error as a problem. `also` are keys that belong to somebody else at the model's top."""
    loc = tuple(part for part in error["loc"] if part != "[key]")  # pydantic's mark for a bad name of a table
    path = _path_in_file(source.data, (*prefix, *loc), len(prefix))
    is_secret = _is_secret(path, error)
    given = error.get("input")
    if is_secret and isinstance(given, str):
        register(given)
    known = {*names_at(model, path[len(prefix) : -1]), *also}
    text = _text(error, name=path[-1], known=known, given=None if is_secret else given)
    return source.problem(path, text, is_secret=is_secret)


def _is_secret(path: Path, error: ErrorDetails) -> bool:
    names = [part for part in path if isinstance(part, str)]
    return HOW in error["msg"] or (bool(names) and is_secret_name(names[-1]))


def _path_in_file(data: Mapping[str, Any], loc: Path, least: int) -> Path:
    """`loc` without what pydantic adds: parts are kept while they exist in the file, and one that is missing there."""
    at: Any = data
    for count, part in enumerate(loc):
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            is_missing_key = isinstance(at, Mapping) and isinstance(part, str)
            return loc[: max(count + 1 if is_missing_key else count, least)]
    return loc


def _text(error: ErrorDetails, *, name: str | int, known: set[str], given: Any) -> str:
    """The sentence for one error; `given` None = do not repeat it."""
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"unknown key; {did_you_mean(str(name), known)}"
        case "literal_error" | "enum":
            choices = _choices(str(context.get("expected", "")))
            return f"expected one of {', '.join(choices)}{_found(given)}{_hint(given, choices)}"
        case "value_error":
            said = str(context.get("error", error["msg"]))
            return f"{said}{'' if repr(given) in said else _found(given)}{_hint(given, _offered(said))}"
        case "string_pattern_mismatch":
            return f"has characters that are not allowed here (pattern {context.get('pattern')}){_found(given)}"
        case _:
            said = _EXPECTED.get(kind) or error["msg"][0].lower() + error["msg"][1:]
            return f"{said}{_found(given)}"


def _offered(said: str) -> list[str]:
    _, offer, words = said.partition("expected one of ")
    return _choices(words) if offer else []


def _choices(listed: str) -> list[str]:
    return [word.strip().strip("'") for word in re.split(r",| or ", listed) if word.strip()]


def _hint(given: Any, choices: list[str]) -> str:
    near = nearest_name(given, choices) if isinstance(given, str) else None
    return f'; did you mean "{near}"?' if near and near != given else ""


def _found(given: Any) -> str:
    if given is None or isinstance(given, Mapping | BaseModel):
        return ""
    return f"; found {str(given).lower() if isinstance(given, bool) else repr(given)}"


def names_at(model: type[BaseModel], path: Path) -> set[str]:
    """The keys that the file may have at `path` below a table of this model."""
    if not path:
        return set(keys_of(model))
    info = keys_of(model).get(str(path[0]))
    inner = _model_in(info.annotation) if info else None
    if inner is None:
        return set()
    rest = path[1:]
    is_named = info is not None and get_origin(info.annotation) in {dict, list, tuple}
    return names_at(inner, rest[1:] if is_named else rest)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
