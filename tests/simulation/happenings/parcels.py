"""What is odd about parcels: more than one for the same units, suppliers that show older answers."""

from __future__ import annotations

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, ends_after, named, one_of
from tests.simulation.happenings.suppliers import fresh_number, ships_these
from tests.simulation.scene import Scene
from tests.simulation.truth import Goods, Stage

ALL: dict[str, Happening] = {}


@named(ALL, "sends one more parcel")
def one_more(scene: Scene, scope: Scope) -> str | None:
    """The depot packs what it said to be in one parcel into two: both rows name the same units."""
    whole = [
        one
        for one in scene.truth.goods
        if one.supplier == "depot" and one.left and not one.also and _is_whole_line(one)
    ]
    goods = one_of(scope, whole)
    if goods is None:
        return None
    number = fresh_number(scene)
    row = dict(goods.ref)
    row["Tracking Number"] = number
    scene.depot.rows.append(row)
    goods.also.append(number)
    return f"depot sends {number} beside {goods.number} for {goods.order.name}"


def _is_whole_line(goods: Goods) -> bool:
    return all(line.quantity == goods.units[line.id] for line in goods.order.lines if line.id in goods.units)


@named(ALL, "shows an older answer")
def older(scene: Scene, scope: Scope) -> str | None:
    """For some time CJ answers from a copy that does not know yet that the parcel left."""
    goods = one_of(scope, [one for one in scene.truth.goods if one.supplier == "cj" and one.left and one.number])
    if goods is None:
        return None
    scene.cj.say(goods.ref, "UNSHIPPED")

    def catch_up() -> None:
        if goods.is_live:
            scene.cj.say(goods.ref, "DELIVERED" if goods.stage is Stage.DELIVERED else "SHIPPED")

    ends_after(scene, scope.among("for_s", (70.0, 20.0, 130.0, 10_000.0, 10_000.0)), catch_up)
    return f"cj shows {goods.number} of {goods.order.name} as not shipped for a while"


@named(ALL, "ships under a known number")
def ships_along(scene: Scene, scope: Scope) -> str | None:
    """Goods travel in a parcel whose number the supplier showed for other goods of the order before."""
    found = [
        (goods, other)
        for goods in scene.truth.goods
        if goods.is_live and goods.stage is Stage.PLACED and goods.number is None
        for other in scene.truth.of(goods.order)
        if other.left and other.supplier == goods.supplier == "cj"
    ]
    chosen = one_of(scope, found)
    if chosen is None:
        return None
    goods, other = chosen
    goods.number = other.number
    ships_these(scene, goods)
    return f"cj ships more of {goods.order.name} under {goods.number}"
