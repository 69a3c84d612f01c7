"""What suppliers do with their orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named, one_of
from tests.simulation.scene import Scene
from tests.simulation.truth import Goods, Stage

ALL: dict[str, Happening] = {}


def fresh_number(scene: Scene) -> str:
    """A number that nobody had before, in a form that a carrier uses."""
    scene.truth.given += 1
    return f"YT22295212721{scene.truth.given:05d}"


def _waiting(scene: Scene) -> list[Goods]:
    return [one for one in scene.truth.goods if one.is_live and one.stage < Stage.SHIPPED]


def _under_way(scene: Scene) -> list[Goods]:
    return [one for one in scene.truth.goods if one.is_live and one.stage is Stage.SHIPPED]


@named(ALL, "ships")
def ships(scene: Scene, scope: Scope) -> str | None:
    goods = one_of(scope, _waiting(scene))
    if goods is None:
        return None
    ships_these(scene, goods)
    return f"{goods.supplier} ships {_what(goods)} as {goods.number}"


def ships_these(scene: Scene, goods: Goods) -> None:
    """They leave, under the number that they have already or a new one."""
    _show(scene, goods, goods.number or fresh_number(scene))
    goods.stage, goods.shown_at = Stage.SHIPPED, scene.clock.now()


def _show(scene: Scene, goods: Goods, number: str) -> None:
    if goods.supplier == "cj":
        scene.cj.ship(goods.ref, number)
    else:
        sku, quantity = _sku(goods), str(sum(goods.units.values()))
        goods.ref = scene.depot.ship(goods.order.name, number, sku=sku, quantity=quantity)
    goods.number, goods.placed_at = number, goods.placed_at or scene.clock.now()
    if number not in goods.numbers:
        goods.numbers.append(number)


def _sku(goods: Goods) -> str:
    return next(line.sku for line in goods.order.lines if line.id in goods.units)


def _what(goods: Goods) -> str:
    what = " and ".join(f"{goods.units[one.id]} {one.sku}" for one in goods.order.lines if one.id in goods.units)
    return f"{what} of {goods.order.name}"


@named(ALL, "labels")
def labels(scene: Scene, scope: Scope) -> str | None:
    """A number, and nothing left yet."""
    goods = one_of(scope, [one for one in _waiting(scene) if one.supplier == "cj" and one.number is None])
    if goods is None:
        return None
    goods.number = fresh_number(scene)
    goods.numbers.append(goods.number)
    scene.cj.label(goods.ref, goods.number)
    goods.stage = Stage.LABEL
    return f"cj prints the label {goods.number} for {_what(goods)}"


@named(ALL, "delivers")
def delivers(scene: Scene, scope: Scope) -> str | None:
    goods = one_of(scope, [one for one in _under_way(scene) if _may_be_over(scene, one)])
    if goods is None:
        return None
    goods.stage = Stage.DELIVERED
    goods.moved_at = goods.moved_at or scene.clock.now()
    if goods.supplier == "cj":
        scene.cj.deliver(goods.ref)
    else:
        goods.ref["Status"] = "delivered"
    return f"{goods.supplier} shows {_what(goods)} as delivered"


def _may_be_over(scene: Scene, goods: Goods) -> bool:
    """Of several CJ orders for one store order none is delivered before syncd saw it leave.

    Asked for the store's order CJ answers one of them, and what is delivered is listed among everything that ever was: one
    that was delivered unseen is not found. Known, and left so: parcels are under way for days, and looks are minutes apart.
    """
    others = [one for one in scene.truth.of(goods.order) if one.supplier == "cj" and one is not goods]
    shown = {row.number for made in goods.order.fulfillments for row in made.tracking}
    return goods.supplier != "cj" or not others or goods.number in shown


@named(ALL, "renumbers")
def renumbers(scene: Scene, scope: Scope) -> str | None:
    """The carrier gave the parcel another number; the old one is gone."""
    goods = one_of(scope, [one for one in _under_way(scene) if one.supplier == "cj" and one.number])
    if goods is None:
        return None
    old, goods.number = goods.number, fresh_number(scene)
    if old not in scene.truth.seen and _is_shown(goods.order, old):
        # Nobody can know any more that what a person fulfilled under the old number is this parcel.
        scene.truth.disturb(goods.order, "fulfilled by hand under a number that was gone before anybody saw it")
    goods.numbers.append(goods.number)
    order = scene.cj.orders[goods.ref]
    order.number, order.url = goods.number, f"https://www.cjpacket.com/?trackingNumber={goods.number}"
    return f"cj shows {goods.number} instead of {old} for {_what(goods)}"


def _is_shown(order: Any, number: str | None) -> bool:
    return any(row.number == number for made in order.fulfillments if made.is_live for row in made.tracking)


@named(ALL, "cancels at supplier")
def cancels(scene: Scene, scope: Scope) -> str | None:
    goods = one_of(scope, [one for one in _waiting(scene) if one.supplier == "cj"])
    if goods is None:
        return None
    goods.cancelled_at = scene.clock.now()
    scene.cj.cancel(goods.ref)
    return f"cj cancels {_what(goods)}"


@named(ALL, "pays at supplier")
def pays(scene: Scene, scope: Scope) -> str | None:
    unpaid = [
        one
        for one in _waiting(scene)
        if one.supplier == "cj" and scene.cj.orders[one.ref].status in {"CREATED", "UNPAID"}
    ]
    goods = one_of(scope, unpaid)
    if goods is None:
        return None
    scene.cj.pay(goods.ref)
    return f"the merchant pays cj for {_what(goods)}"


@named(ALL, "ships yesterday")
def ships_yesterday(scene: Scene, scope: Scope) -> str | None:
    """A row that tells late of what left long ago."""
    goods = one_of(scope, [one for one in _waiting(scene) if one.supplier == "depot"])
    if goods is None:
        return None
    text = ships(scene, scope)
    late = scene.clock.now() - timedelta(days=1 + scope.number("days", 9))
    for one in scene.truth.goods:
        if one.supplier == "depot" and one.shown_at == scene.clock.now() and one.ref:
            one.ref["Ship Date"] = late.strftime("%Y-%m-%d %H:%M:%S")
    return f"{text} (said late)" if text else None


@named(ALL, "ships without a number")
def ships_unnumbered(scene: Scene, scope: Scope) -> str | None:
    """CJ says that goods left, and names the number later."""
    goods = one_of(scope, [one for one in _waiting(scene) if one.supplier == "cj" and one.number is None])
    if goods is None:
        return None
    scene.cj.say(goods.ref, "SHIPPED")
    goods.stage, goods.shown_at = Stage.SHIPPED, scene.clock.now()

    def names_it() -> None:
        if goods.is_live and goods.number is None:
            _show(scene, goods, fresh_number(scene))
            scene.tell(f"cj names {goods.number} for {_what(goods)}")

    scene.loop.call_later(scope.among("named_after_s", (200_000.0, 200_000.0, 9_000.0)), names_it)
    return f"cj ships {_what(goods)} and names no number"
