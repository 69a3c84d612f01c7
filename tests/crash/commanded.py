"""Commands that are killed: what persons say, what they type for one order, what is written into files, a daemon's round."""

from __future__ import annotations

from datetime import timedelta

from adapters.sandbox.cj import CjLine
from syncd.domain.steps import Approval
from syncd.errors import SyncdError
from tests.crash.commands import configuration, typed
from tests.crash.lives import Lives
from tests.crash.passes import NUMBER, OTHER
from tests.crash.scenario import PATIENCE, Act, Scenario, one_pass
from tests.orders_export.files import row, text

MANY = 10
"""Orders enough for a mass change."""
WAIT = f"{PATIENCE.total_seconds():.0f}s"


def command(*words: str, may_be: tuple[int, ...] = (0,)) -> Act:
    """A command a minute after what was before. `may_be`: exit codes with which it may end; others are raised."""

    async def act(lives: Lives) -> None:
        lives.world.later(minutes=1)
        done = typed(lives, *words)
        if done.code not in may_be:
            raise SyncdError(f"{words} ended with {done.code}: {done.err}")

    return act


SAID_ALREADY = (0, 64)
"""How what a person says ends when it was said before."""
DONE_ALREADY = (0, 3, 4, 64)
"""How what a person types for an order ends when it was done before, or is not settled yet."""


async def _unknown_to_cj(lives: Lives) -> None:
    """CJ shipped something that names no order of ours."""
    lives.config = configuration("main")
    order = lives.world.order("CJ-MUG", quantity=3)
    ref = lives.world.cj.place(
        name="theirs",
        store_order_id=None,
        lines=[CjLine(quantity=1, store_line_id=None, sku="CJ-MUG")],
        status="UNSHIPPED",
    )
    assert (order.name, ref) == ("#1001", REF)
    lives.world.cj.ship(ref, NUMBER)
    await lives.live(one_pass)


async def _links_file(lives: Lives) -> None:
    await _unknown_to_cj(lives)
    lives.config = configuration("main", links="links.csv")
    (lives.config.parent / "links.csv").write_text(f"store_order,line_sku,supplier_order_id\n#1001,CJ-MUG,{REF}\n")


async def _linked(lives: Lives) -> None:
    await _unknown_to_cj(lives)
    lives.world.later(days=1)
    lives.world.with_policy(create_fulfillments=Approval.REPORT)
    await lives.live(command("link", "#1001", "cj", REF, "--sku", "CJ-MUG"))


REF = "260823100000000001"


async def _frozen(lives: Lives) -> None:
    lives.config = configuration("main")
    refs = [lives.world.place_at_cj(lives.world.order("CJ-MUG")) for _ in range(MANY)]
    await lives.live(one_pass)
    for ref in refs:
        lives.world.cj.cancel(ref)
    await lives.live(one_pass)


async def _waiting(lives: Lives) -> None:
    """Two fulfillments that nobody moved wait for a yes to be taken back."""
    lives.config = configuration("main")
    world = lives.world
    for _ in range(2):
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await lives.live(one_pass)
        world.store.world.merchant.fulfill(order)
    world.later(hours=50)
    await lives.live(one_pass)


async def _own_goods(lives: Lives) -> None:
    lives.config = configuration("main")
    lives.world.order("OWN-1", quantity=3)
    await lives.live(one_pass)


async def _held(lives: Lives) -> None:
    await _own_goods(lives)
    await lives.live(command("hold", "#1001", "--reason", "OTHER", "--yes"))


async def _fulfilled(lives: Lives) -> None:
    await _own_goods(lives)
    await lives.live(command("fulfill", "#1001", "--yes"))


async def _shipped(lives: Lives) -> None:
    lives.config = configuration("main")
    order = lives.world.order("DP-HAT", quantity=3)
    await lives.live(one_pass)
    lives.world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")


async def _plan_and_apply(lives: Lives) -> None:
    """A plan is saved to a file, and the file is carried out."""
    file = str(lives.desk / "plan.json")
    await command("plan", "--output", file)(lives)
    await command("apply", file, "--yes", "--wait", WAIT)(lives)


async def _two_stores(lives: Lives) -> None:
    lives.config = configuration("main", "second")
    first = lives.world.order("DP-HAT", quantity=3)
    second = lives.second_store().world.create_order(*_lines(), name="#2001")
    await lives.live(ROUND)
    for order, number in ((first, NUMBER), (second, OTHER)):
        lives.world.depot.ship(order.name, number, sku="DP-HAT", quantity="1")


ROUND = command("run", "--once", may_be=(0, 75))
"""One round of the daemon. 75: the fence of one that died still counts."""


def _lines() -> tuple[object, ...]:
    from adapters.sandbox.shopify.world.world import NewLine

    return (NewLine(sku="DP-HAT", quantity=3),)


async def _only_files(lives: Lives) -> None:
    lives.config = configuration("list", source="tracking.csv")
    lives.stores, lives.names = {}, ("list",)
    place = lives.config.parent
    (place / "orders.csv").write_text(text([row(lineitem_sku="DP-HAT"), row("#1002", lineitem_sku="DP-CAP")]))
    (place / "tracking.csv").write_text(
        f"Order,SKU,Qty,Tracking Number,Carrier,Ship Date,Status\n#1001,DP-HAT,1,{NUMBER},UPS,2026-11-01,shipped\n"
    )
    (lives.desk / "report.html").write_text("an older report")


async def _report(lives: Lives) -> None:
    for form in ("html", "xlsx", "csv"):
        await command("drift", "--format", form, "--output", str(lives.desk / f"report.{form}"))(lives)


COMMANDS = (
    Scenario(
        name="link",
        comes_to="link",
        prepare=_unknown_to_cj,
        act=command("link", "#1001", "cj", REF, "--sku", "CJ-MUG"),
    ),
    Scenario(
        name="unlink",
        comes_to="unlink",
        prepare=_linked,
        act=command("unlink", "#1001", "cj", REF, may_be=SAID_ALREADY),
    ),
    Scenario(
        name="links-file",
        write="CreateFulfillment",
        prepare=_links_file,
        act=command("reconcile", "--yes", "--wait", WAIT),
    ),
    Scenario(
        name="resume",
        comes_to="resume",
        prepare=_frozen,
        act=command("resume", "cj", "--yes", "--reason", "bankrupt", may_be=SAID_ALREADY),
    ),
    Scenario(
        name="approve", comes_to="approve", prepare=_waiting, act=command("approve", "--all", may_be=SAID_ALREADY)
    ),
    Scenario(name="reject", comes_to="reject", prepare=_waiting, act=command("reject", "--all", may_be=SAID_ALREADY)),
    Scenario(
        name="fulfill-by-hand",
        write="CreateFulfillment",
        prepare=_own_goods,
        act=command(
            "fulfill", "#1001", "--line", "OWN-1=1", "--tracking", OTHER, "--yes", "--wait", WAIT, may_be=DONE_ALREADY
        ),
    ),
    Scenario(
        name="unfulfill-by-hand",
        write="CancelFulfillment",
        prepare=_fulfilled,
        act=command("unfulfill", "#1001", "--reason", "other", "--yes", "--wait", WAIT, may_be=DONE_ALREADY),
    ),
    Scenario(
        name="release-by-hand",
        write="ReleaseHold",
        prepare=_held,
        act=command("release", "#1001", "--yes", "--wait", WAIT, may_be=DONE_ALREADY),
    ),
    Scenario(name="plan-file", write="CreateFulfillment", prepare=_shipped, act=_plan_and_apply),
    Scenario(
        name="two-stores",
        write="CreateFulfillment",
        prepare=_two_stores,
        act=ROUND,
        then=ROUND,
        after=timedelta(seconds=61),
        goes_on=True,
    ),
    Scenario(name="report-files", comes_to="write", prepare=_only_files, act=_report, then=_report),
)
