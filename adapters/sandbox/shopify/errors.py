"""How the service says no: top-level errors, and the `userErrors` of a mutation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError


@dataclass(frozen=True, slots=True)
class UserError:
    """One entry of a payload's `userErrors`. `code` is shown only by payloads whose error type has one."""

    message: str
    field: tuple[str, ...] | None = None
    code: str | None = None


class Refusal(Exception):
    """A mutation's precondition does not hold; nothing was written."""

    def __init__(self, *errors: UserError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors: Sequence[UserError] = errors


def refuse(message: str, *, field: Sequence[str] | None = None, code: str | None = None) -> Refusal:
    """A refusal with one user error."""
    return Refusal(UserError(message, tuple(field) if field is not None else None, code))


def top_level(message: str, code: str | None, **extensions: Any) -> GraphQLError:
    """A top-level error; the field it arises in becomes null."""
    shown = {"code": code, **extensions} if code else dict(extensions)
    return GraphQLError(message, extensions=shown or None)


def resource_not_found(global_id: str) -> GraphQLError:
    """A well-formed id of the right kind that names nothing."""
    return top_level(f"Invalid id: {global_id}", "RESOURCE_NOT_FOUND")


def wrong_kind_of_id() -> GraphQLError:
    """A global id of another kind than the argument wants, in the fulfillment and tag mutations."""
    return top_level("invalid id", "RESOURCE_NOT_FOUND")


def bad_request(message: str) -> GraphQLError:
    return top_level(message, "BAD_REQUEST")


def access_denied(field: str, required: str) -> GraphQLError:
    """The caller lacks a scope; other fields are still answered."""
    return top_level(
        f"Access denied for {field} field. Required access: {required}",
        "ACCESS_DENIED",
        documentation="https://shopify.dev/api/usage/access-scopes",
        requiredAccess=required,
    )


def internal_error(request_id: str) -> dict[str, Any]:
    """The whole body of a reply whose outcome nobody knows."""
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    error = {"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}}
    return {"data": None, "errors": [error]}


class ServiceFailure(Exception):
    """The real service falls over here (recorded); the whole reply is an internal error, and nothing was written."""


class NotModelled(GraphQLError):
    """The real service answers this; the twin does not, and says so instead of inventing a value."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The sandbox does not model {what}.", extensions={"code": "NOT_MODELLED_BY_SANDBOX", "what": what}
        )
