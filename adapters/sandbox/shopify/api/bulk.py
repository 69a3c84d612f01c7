"""Bulk operations as queries and mutations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from adapters.sandbox.shopify import bulk
from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import kind_of
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves, shows
from adapters.sandbox.shopify.bulk import BulkOperation
from adapters.sandbox.shopify.errors import bad_request, refuse, resource_not_found
from adapters.sandbox.shopify.search import Field, equals, instant

Info = GraphQLResolveInfo[Any]

MOST_AT_ONCE = 5
"""Per app and shop since 2026-01; one before."""

shows("BulkOperation", BulkOperation)

_STATES = frozenset({"canceled", "canceling", "completed", "created", "failed", "running"})
_FIELDS = {
    "status": Field(equals, "status", _STATES),
    "operation_type": Field(equals, "type", frozenset({"query", "mutation"})),
    "created_at": instant("created_at"),
}


def _own(request: Request) -> list[BulkOperation]:
    return [one for one in request.world.bulk_operations if one.app is request.app]


@resolves("QueryRoot", "bulkOperation")
def by_id(_: Any, info: Info, *, id: str) -> BulkOperation | None:  # noqa: A002  # the schema's name
    if kind_of(id) != "BulkOperation":
        raise resource_not_found(id)
    return next((one for one in _own(info.context) if one.id == id), None)


@resolves("QueryRoot", "currentBulkOperation")
def current(_: Any, info: Info, *, type: str = "QUERY") -> BulkOperation | None:  # noqa: A002  # the schema's name
    own = [one for one in _own(info.context) if one.type == type]
    return own[-1] if own else None


@resolves("QueryRoot", "bulkOperations")
def listed(
    _: Any, info: Info, *, query: str | None = None, sort_key: str = "CREATED_AT", reverse: bool = False, **size: Any
) -> Window:
    request: Request = info.context
    search = searches.searched(info, query, _FIELDS)
    chosen = [
        one
        for one in _own(request)
        if search.test({"status": one.status, "type": one.type, "created_at": one.created_at})
    ]
    if any(warning["field"] == "created_at" for warning in search.warnings):
        raise bad_request("Invalid timestamp for query filter `created_at`.")
    # Recorded: newest first unless reversed; operations that never completed are the oldest.
    key = _completed_at if sort_key == "COMPLETED_AT" else attrgetter("created_at")
    return window(chosen, key=key, reverse=not reverse, **size)


def _completed_at(operation: BulkOperation) -> datetime:
    return operation.completed_at or _NEVER


_NEVER = datetime.min.replace(tzinfo=UTC)


@mutation("bulkOperationRunQuery")
def run_query(request: Request, *, query: str, group_objects: bool = False) -> dict[str, Any]:
    bulk.check(request, query)
    world = request.world
    running = [one for one in _own(request) if one.is_running]
    if len(running) >= (MOST_AT_ONCE if request.version >= "2026-01" else 1):
        names = ", ".join(one.id for one in running)
        text = f"A bulk query operation for this app and shop is already in progress: {names}."
        raise refuse(text, code="OPERATION_IN_PROGRESS")
    global_id, number = world.new_id("BulkOperation")
    made = BulkOperation(
        id=global_id,
        number=number,
        app=request.app,
        query=query,
        created_at=world.now(),
        is_grouped=group_objects,
    )
    world.bulk_operations.append(world.register(made))
    shown = replace(made)  # The payload says CREATED even if the work is done by the time it is read.
    world.later(world.settings.bulk_starts, lambda: _start(made))
    world.later(world.settings.bulk_takes, lambda: _finish(request, made))
    return {"bulkOperation": shown}


def _start(operation: BulkOperation) -> None:
    if operation.status == "CREATED":
        operation.status = "RUNNING"


def _finish(request: Request, operation: BulkOperation) -> None:
    if operation.status not in {"CREATED", "RUNNING"}:
        return
    try:
        bulk.run(request, operation)
    except GraphQLError as exc:
        code = (exc.extensions or {}).get("code")
        operation.status = "FAILED"
        operation.error_code = "ACCESS_DENIED" if code == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR"
    else:
        operation.status = "COMPLETED"
        if operation.object_count:
            operation.url = f"{request.base_url}/bulk/{operation.number}.jsonl"
    operation.completed_at = request.world.now()


@mutation("bulkOperationRunMutation")
def run_mutation(
    request: Request,
    *,
    mutation: str,  # the schema's name
    staged_upload_path: str,
    **_: Any,
) -> dict[str, Any]:
    """Checked, and then refused: nothing can be uploaded to the sandbox."""
    del staged_upload_path
    bulk.check_mutation(request, mutation)
    text = (
        "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL "
        "correctly for the stagedUploadPath mutation argument."
    )
    raise refuse(text, code="NO_SUCH_FILE")


@mutation("bulkOperationCancel")
def cancel(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = next((one for one in _own(request) if one.id == id), None)
    if found is None:
        raise refuse("Bulk operation does not exist", field=["id"])
    if not found.is_running:
        raise refuse(f"A bulk operation cannot be canceled when it is {found.status.lower()}")
    if found.status != "CANCELING":
        found.status = "CANCELING"
        request.world.later(request.world.settings.bulk_cancel_takes, lambda: _stop(found))
    return {"bulkOperation": replace(found, status="CANCELING")}


def _stop(operation: BulkOperation) -> None:
    """Recorded: what was canceled is never completed."""
    operation.status = "CANCELED"
