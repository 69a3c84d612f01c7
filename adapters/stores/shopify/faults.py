"""Top-level GraphQL errors: what their codes mean for the one who has to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import AuthRejected, InvalidResponse, NotFound, OutcomeUnknown, Refused, Transient
from syncd.secrets import redact

_NOT_VALID = frozenset(
    {
        "undefinedField",
        "undefinedType",
        "missingRequiredArguments",
        "argumentLiteralsIncompatible",
        "argumentNotAccepted",
        "selectionMismatch",
        "variableMismatch",
        "INVALID_VARIABLE",
        "BAD_REQUEST",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "parseError",
    }
)
"""Codes that say that the operation was refused before anything was carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of `errors`."""

    message: str
    code: str
    path: tuple[str, ...] = ()
    extensions: Mapping[str, Any]

    @property
    def scope(self) -> str | None:
        """The scope that is missing, in Shopify's words."""
        required = self.extensions.get("requiredAccess")
        return str(required) if required else None


def faults_of(reply: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The top-level errors of an answer; a bare string stands for one without a code (seen on rejected paths)."""
    errors = reply.get("errors")
    if not errors:
        return ()
    if not isinstance(errors, list):
        return (Fault(message=redact(str(errors)), code="", extensions={}),)
    return tuple(_fault(error) for error in errors)


def _fault(error: Any) -> Fault:
    if not isinstance(error, Mapping):
        return Fault(message=redact(str(error)), code="", extensions={})
    found = error.get("extensions")
    extensions = found if isinstance(found, Mapping) else {}
    path = error.get("path")
    return Fault(
        message=redact(str(error.get("message", ""))),
        code=str(extensions.get("code", "")),
        path=tuple(str(part) for part in path) if isinstance(path, list) else (),
        extensions=extensions,
    )


def raise_for(faults: Sequence[Fault], *, name: str, write: bool) -> None:
    """Raise what the first fault means. An unknown code on a write is an unknown outcome: nothing is guessed."""
    fault = faults[0]
    text = f"{name}: shopify says {fault.message!r}"
    match fault.code:
        case "ACCESS_DENIED":
            raise AuthRejected(
                f"{text}.", remedy=f"Give the app this access and install it again: {fault.scope or 'see the message'}."
            )
        case "MAX_COST_EXCEEDED":
            raise Refused(f"{text}.", code="max_cost_exceeded")
        case "RESOURCE_NOT_FOUND":
            raise NotFound(f"{text}.")
        case "INTERNAL_SERVER_ERROR" | "TIMEOUT" if not write:
            raise Transient(f"{text}.")
        case code if code in _NOT_VALID:
            raise InvalidResponse(
                f"{text} ({code}); this shop does not serve the API that syncd speaks.", path="$.errors"
            )
        case _ if write:
            raise OutcomeUnknown(f"{text}. Whether the write was carried out is not known.")
        case _:
            raise InvalidResponse(f"{text}.", path="$.errors")
