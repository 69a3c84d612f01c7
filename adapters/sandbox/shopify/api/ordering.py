"""Mutations of orders: archive, cancel, tags, metafields and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sandbox.shopify.api.ids import kind_of
from adapters.sandbox.shopify.api.registry import Request, mutation
from adapters.sandbox.shopify.errors import NotModelled, Refusal, UserError, refuse, wrong_kind_of_id
from adapters.sandbox.shopify.world import cancellation, metafields, orders
from adapters.sandbox.shopify.world.state import (
    Customer,
    Metafield,
    Order,
    Product,
)
from adapters.sandbox.shopify.world.world import ShopInfo

WRITE = ("write_orders",)
MOST_METAFIELDS = 25


def _order(request: Request, global_id: str, *, field: Sequence[str] = ("id",)) -> Order:
    found = request.world.find(global_id, Order)
    if found is None:
        raise refuse("Order does not exist", field=field)
    return found


@mutation("orderClose", scopes=WRITE)
def close(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = _order(request, input["id"])
    orders.close(request.world, order)
    return {"order": order}


@mutation("orderOpen", scopes=WRITE)
def reopen(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = _order(request, input["id"])
    orders.reopen(request.world, order)
    return {"order": order}


@mutation("orderMarkAsPaid", scopes=WRITE)
def mark_paid(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = _order(request, input["id"])
    if order.financial == "PAID":
        raise refuse("Order cannot be marked as paid.", field=["id"])
    orders.mark_paid(request.world, order)
    return {"order": order}


_PLAIN = ("note", "email", "phone", "po_number")


@mutation("orderUpdate", scopes=WRITE)
def update(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = _order(request, input["id"])
    for name in ("localized_fields", "localization_extensions", "metafields"):
        if name in input:
            raise NotModelled(f"OrderInput.{name}")
    for name in _PLAIN:
        if name in input:
            setattr(order, name, input[name])
    if "custom_attributes" in input:
        order.custom_attributes = [{"key": one["key"], "value": one["value"]} for one in input["custom_attributes"]]
    if "shipping_address" in input:
        changes = {_camel(key): value for key, value in input["shipping_address"].items()}
        order.shipping_address = {**(order.shipping_address or {}), **changes}
    if "tags" in input:
        orders.set_tags(request.world, order, input["tags"])
    request.world.touch_order(order)
    return {"order": order}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@mutation("orderCancel", scopes=WRITE)
def cancel(
    request: Request,
    *,
    order_id: str,
    reason: str,
    restock: bool,
    refund: bool | None = None,
    refund_method: Mapping[str, Any] | None = None,
    staff_note: str | None = None,
    notify_customer: bool = False,
) -> dict[str, Any]:
    if refund is not None and refund_method is not None:
        text = "Only one of the arguments `refund` or `refund_method` is allowed."
        raise Refusal(UserError(text, ("refund",), "INVALID"))
    is_refunded = bool(refund) or bool(refund_method)
    order = cancellation.check(request.world.find(order_id, Order), staff_note=staff_note, refund=is_refunded)
    job = cancellation.start(
        request.world,
        order,
        by=request.app,
        reason=reason,
        refund=is_refunded,
        restock=restock,
        staff_note=staff_note,
        notify=notify_customer,
    )
    payload: dict[str, Any] = {"job": job, "orderCancelUserErrors": []}
    if request.version >= "2026-10":
        payload["jobResult"] = {
            "__typename": "OrderCancelJobResult",
            "id": job.id.replace("/Job/", "/OrderCancelJobResult/"),
            "done": job.done,
            "status": "SUCCEEDED" if job.done else "STARTED",
            "errors": [],
            "order": order,
        }
    return payload


def _tagged(request: Request, global_id: str) -> Order | Product | Customer:
    found = request.world.nodes.get(global_id)
    if kind_of(global_id) not in {"Order", "Product", "Customer"}:
        raise wrong_kind_of_id()
    if not isinstance(found, Order | Product | Customer):
        raise refuse(f"{kind_of(global_id)} does not exist", field=["id"])
    return found


def _set_tags(request: Request, owner: Order | Product | Customer, tags: list[str]) -> None:
    if isinstance(owner, Order):
        orders.set_tags(request.world, owner, tags)
    else:
        owner.tags = sorted(dict.fromkeys(tags), key=str.lower)


@mutation("tagsAdd", scopes=["write_orders", "write_products", "write_customers"])
def add_tags(request: Request, *, id: str, tags: Sequence[str]) -> dict[str, Any]:  # noqa: A002
    owner = _tagged(request, id)
    _set_tags(request, owner, [*owner.tags, *_split(tags)])
    request.world.log("tagged", by=request.app, order=owner if isinstance(owner, Order) else None, tags=list(tags))
    return {"node": owner}


@mutation("tagsRemove", scopes=["write_orders", "write_products", "write_customers"])
def remove_tags(request: Request, *, id: str, tags: Sequence[str]) -> dict[str, Any]:  # noqa: A002
    owner = _tagged(request, id)
    gone = {tag.lower() for tag in _split(tags)}
    _set_tags(request, owner, [tag for tag in owner.tags if tag.lower() not in gone])
    request.world.log("untagged", by=request.app, order=owner if isinstance(owner, Order) else None, tags=list(tags))
    return {"node": owner}


def _split(tags: Sequence[str]) -> list[str]:
    """One string may carry several tags, separated by commas."""
    return [part.strip() for tag in tags for part in tag.split(",") if part.strip()]


@mutation("metafieldsSet")
def set_metafields(request: Request, *, metafields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    given = metafields
    if len(given) > MOST_METAFIELDS:
        text = f"Exceeded the maximum metafields input limit of {MOST_METAFIELDS}."
        raise refuse(text, field=["metafields"], code="LESS_THAN_OR_EQUAL_TO")
    planned = [_planned_metafield(request, at, one) for at, one in enumerate(given)]
    return {"metafields": [_put(request, *entry) for entry in planned]}


def _planned_metafield(request: Request, at: int, one: Mapping[str, Any]) -> tuple[Any, str, Mapping[str, Any]]:
    owner_id = one["owner_id"]
    owner = request.world.shop if kind_of(owner_id) == "Shop" else request.world.nodes.get(owner_id)
    if owner is None or not (isinstance(owner, ShopInfo) or hasattr(owner, "metafields")):
        raise refuse("Owner does not exist.", field=["metafields", str(at), "ownerId"], code="INVALID")
    namespace = one.get("namespace") or "app"
    known = metafields.metafields_of(request.world, owner).get((namespace, one["key"]))
    if one.get("compare_digest") is not None and one["compare_digest"] != metafields.digest(known):
        raise refuse(
            "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.",
            field=["metafields", str(at), "compareDigest"],
            code="STALE_OBJECT",
        )
    if one["value"] == "":
        raise refuse("may not be empty", field=["metafields", str(at), "value"], code="BLANK")
    if known is None and not one.get("type"):
        raise refuse("Type can't be blank", field=["metafields", str(at), "type"], code="BLANK")
    return owner, namespace, one


def _put(request: Request, owner: Any, namespace: str, one: Mapping[str, Any]) -> Metafield:
    type_ = one.get("type") or "single_line_text_field"
    return metafields.put_metafield(
        request.world, owner, namespace=namespace, key=one["key"], value=one["value"], type_=type_
    )


@mutation("metafieldsDelete")
def delete_metafields(request: Request, *, metafields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    deleted: list[dict[str, Any] | None] = []
    for one in metafields:
        owner = request.world.nodes.get(one["owner_id"])
        known = getattr(owner, "metafields", {}).pop((one["namespace"], one["key"]), None)
        named = {"key": one["key"], "namespace": one["namespace"], "ownerId": one["owner_id"]}
        deleted.append(named if known else None)
        if known is not None and isinstance(owner, Order):
            request.world.touch_order(owner)
    return {"deletedMetafields": deleted}
