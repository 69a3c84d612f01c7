"""Secrets: written in configuration only as references, resolved at the last moment, never printed.

`register` and `redact` share the one piece of global state in syncd, on purpose: a secret must be masked wherever
text leaves the process, also in the log lines of libraries that were never handed anything of ours.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from syncd.errors import ConfigError, ConfigProblem

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

MASK = "***"
FORMS = ("env", "file", "cred", "cmd")
HOW = "write a reference instead: env:NAME, file:PATH, cred:NAME (systemd credential) or cmd:COMMAND"

_SHORTEST = 6
_COMMAND_TIMEOUT_S = 30

_values: set[str] = set()


def register(value: str) -> str:
    """Mask `value`, and the forms that encodings give it, in everything that is printed from now on; gives it back.

    Values under 6 characters are left out: masking `1` everywhere would make every log unreadable.
    """
    if len(value) >= _SHORTEST:
        _values.update(_forms(value))
    return value


def _forms(value: str) -> Iterator[str]:
    """The value as it stands in URLs, JSON, HTML, CSV, headers and what Python prints of texts and bytes."""
    raw = value.encode("utf-8", "surrogatepass")
    yield from (value, quote(raw, safe=""), quote(raw), quote_plus(raw), value.replace('"', '""'))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield from (html.escape(value), html.escape(value, quote=False), html.escape(value).replace("&#x27;", "&#39;"))
    yield from (repr(value)[1:-1], repr(raw)[2:-1], base64.b64encode(raw).decode(), raw.hex())


def register_url(url: str) -> str:
    """Register the password inside `url`, if it has one; gives the URL back."""
    password = urlsplit(url).password
    if password:
        register(password)
        register(unquote(password))
    return url


_HEADER = (
    r"authorization|proxy-authorization|x-shopify-access-token|x-shopify-hmac-sha256|cj-access-token|x-api-key"
    r"|api-key|set-cookie|cookie"
)
_WORD = (
    r"(?:access_|refresh_|client_|app_|api_|webhook_|session_|auth_)?(?:token|secret|password|passwd|signature|hmac)"
    r"|api_?key|app_?key|access_?key|sign|session|accesstoken|refreshtoken|apikey|code_verifier"
)
_REF = rf"(?:{'|'.join(FORMS)}):"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bshp[a-z]{2}_[0-9A-Za-z]{4,}"), MASK),
    (
        re.compile(
            rf"(?i)\b({_HEADER})(['\"]\s*,\s*b?['\"]|['\"]?\s*[:=]\s*(?:b?['\"])?)((?:bearer|basic|token)\s+)?"
            rf"(?!{_REF})[^\s'\"]+(?:;[^'\"\r\n]*)?"
        ),
        rf"\1\2\3{MASK}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://)[^/\s@'\"?#]+@"), rf"\1{MASK}@"),
    (re.compile(rf"(?i)([?&;](?:{_WORD})=)[^&#\s'\"]+"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(['\"](?:{_WORD})['\"]\s*:\s*['\"])(?!{_REF})[^'\"]+"), rf"\1{MASK}"),
)


def redact(text: str) -> str:
    """`text` with registered values and everything that looks like a credential masked."""
    for value in sorted(_values, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


_NAMES = re.compile(rf"(?i)(?:{_HEADER}|{_WORD})")


def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or key of this name holds a credential."""
    return _NAMES.fullmatch(name) is not None


class Secret:
    """A secret value that cannot be printed by accident; `reveal()` gives it to the one who sends it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = register(value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class SecretRef(str):
    """A reference to a secret, as a field type of adapters' settings: `token: SecretRef | None = None`.

    It stays a reference: `ports.secret(settings.token)` gives the value at the last moment.
    """

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> SecretRef:
        """`text` as a reference. Raises ValueError, which never holds the text, when it is a literal secret."""
        form, colon, rest = text.partition(":")
        if not colon or form not in FORMS or not rest.strip():
            raise ValueError(f"secrets are not written into the configuration; {HOW}")
        return cls(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema  # this module is also imported where pydantic is not needed

        return core_schema.no_info_after_validator_function(cls.of, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({'|'.join(FORMS)}):.+", "description": "A reference to a secret."}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    env: Mapping[str, str]
    base_dir: Path


def resolve(ref: str, *, env: Mapping[str, str], base_dir: Path) -> str:
    """The value behind `env:NAME`, `file:PATH`, `cred:NAME` or `cmd:COMMAND`; registered for redaction.

    Paths are relative to `base_dir`; one line break at the end is taken off. Raises ConfigError, without the value,
    when the reference is a literal or leads to nothing.
    """
    try:
        reference = SecretRef.of(ref)
    except ValueError as exc:
        raise _problem("secret", str(exc)) from None
    form, _, rest = reference.partition(":")
    value = _READERS[form](rest.strip(), _Place(env=env, base_dir=base_dir))
    if not value:
        raise _problem(ref, "is empty")
    return register(value)


def trouble(ref: str, *, env: Mapping[str, str], base_dir: Path) -> str | None:
    """What is wrong with a reference, or None; looks without running a `cmd:`."""
    if ref.startswith("cmd:"):
        return None
    try:
        resolve(ref, env=env, base_dir=base_dir)
    except ConfigError as exc:
        return exc.problems[0].text
    return None


def _from_env(name: str, place: _Place) -> str:
    if name not in place.env:
        raise _problem(f"env:{name}", f"the environment variable {name} is not set")
    return place.env[name]


def _from_file(name: str, place: _Place) -> str:
    return _read(place.base_dir / Path(name).expanduser(), f"file:{name}")


def _from_credential(name: str, place: _Place) -> str:
    folder = place.env.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise _problem(f"cred:{name}", "$CREDENTIALS_DIRECTORY is not set; systemd sets it (LoadCredential=)")
    if "/" in name or name.startswith("."):
        raise _problem(f"cred:{name}", "a credential is a plain name")
    return _read(Path(folder) / name, f"cred:{name}")


def _read(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "not UTF-8 text"
        raise _problem(key, f"cannot read {path}: {reason}") from None


def _from_command(line: str, place: _Place) -> str:
    # No shell: what it would add (pipes, globs) can be had by `cmd:sh -c '...'`, what it would break are quotes.
    try:
        done = subprocess.run(  # noqa: S603 - the command stands in the owner's own configuration
            shlex.split(line),
            capture_output=True,
            check=False,
            cwd=place.base_dir,
            env=dict(place.env) or dict(os.environ),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as exc:
        reason = f"no answer within {_COMMAND_TIMEOUT_S} s" if isinstance(exc, subprocess.TimeoutExpired) else str(exc)
        raise _problem(f"cmd:{line}", f"the command failed: {reason}") from None
    if done.returncode:
        said = redact(done.stderr.strip().splitlines()[-1]) if done.stderr.strip() else "it said nothing"
        raise _problem(f"cmd:{line}", f"the command ended with {done.returncode}: {said}")
    return done.stdout.rstrip("\r\n")


def _problem(key: str, text: str) -> ConfigError:
    return ConfigError((ConfigProblem(file="configuration", line=0, key=key, text=text),))


_READERS = {"env": _from_env, "file": _from_file, "cred": _from_credential, "cmd": _from_command}
