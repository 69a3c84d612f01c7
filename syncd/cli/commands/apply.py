"""`syncd apply`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.options import (
    AllowChangesOption,
    AllowDestructiveOption,
    ConfigOption,
    DetailedOption,
    DryRunOption,
    Format,
    FormatOption,
    WaitOption,
    YesOption,
)
from syncd.cli.session import Session, session_of
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.compose import Runtime
    from syncd.domain.steps import Plan


def apply(
    ctx: typer.Context,
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A file from `syncd plan --output`, `-`, or a plan's id.")
    ],
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    detailed_exitcode: DetailedOption = False,
    wait: WaitOption = "30s",
    allow_changes: AllowChangesOption = None,
    allow_destructive: AllowDestructiveOption = None,
    config: ConfigOption = None,
) -> int:
    """Carry out a saved plan.

    Each step is decided again on fresh reads; what has changed since is refused as stale, the rest goes on.
    """
    from syncd.cli import exit_codes, passes
    from syncd.judge import Allowance
    from syncd.reconcile.plan import plan_document
    from syncd.reports.terminal.plan import plan_report

    session = session_of(ctx, config=config)
    wishes = passes.Wishes(
        as_json=output_format is Format.JSON,
        detailed=detailed_exitcode,
        yes=yes,
        wait=passes.waiting(wait),
        allowance=Allowance(changes=allow_changes, destructive=allow_destructive),
    )
    session.store_names(None)

    stated = _stated(session, plan)

    async def work(runtime: Runtime) -> int:
        codes: list[int] = []
        for one in stated or [await _kept(runtime, plan)]:
            if not wishes.as_json:
                session.show(plan_report(one))
            elif dry_run:
                session.document(plan_document(one))
            if dry_run or not session.agrees(f"Carry out plan {one.id} for {one.store}?", yes=yes):
                session.note("Nothing was changed.")
                continue
            with session.told(codes):
                codes.append(await passes.applied(session, runtime, one, wishes))
        return exit_codes.worst(codes)

    if not dry_run:
        # A plan that comes in on stdin leaves nobody to answer there.
        session.require_consent(yes=yes)
    return session.run(work)


def _stated(session: Session, name: str) -> list[Plan]:
    """The plans in a file or on stdin (one document, or one a line); none when `name` is neither."""
    if name == "-":
        return _parsed(session.stdin.read(), where="stdin")
    file = Path(name)
    return _parsed(file.read_bytes(), where=name) if file.is_file() else []


async def _kept(runtime: Runtime, plan_id: str) -> Plan:
    """The plan that the journal keeps under this id."""
    from syncd.journal import plans
    from syncd.reconcile.plan import plan_from_document

    document = await runtime.db.run(plans.load, plan_id)
    if document is None:
        raise UsageError(f'There is no plan "{plan_id}", neither as a file nor by id.', remedy="Make one: syncd plan")
    return plan_from_document(document)


def _parsed(content: str | bytes, *, where: str) -> list[Plan]:
    from syncd.reconcile.plan import plan_from_document

    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        try:
            documents = [json.loads(text)]
        except ValueError:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        return [plan_from_document(document) for document in documents]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{where} holds no plan: {error}.", remedy="Make one: syncd plan --output FILE") from error
