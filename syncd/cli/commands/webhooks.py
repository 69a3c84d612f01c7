"""`syncd webhooks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, DryRunOption, Format, FormatOption, StoreOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.domain.ports import Subscription

commands = typer.Typer(no_args_is_help=True, help="Look after the stores' webhooks.")

_WORDS = {
    "kept": "is there",
    "created": "subscribed",
    "repaired": "put right",
    "refused": "refused",
}
_WOULD = {"created": "is missing", "repaired": "leads elsewhere, or is cut"}


@commands.command()
def sync(
    ctx: typer.Context,
    store: StoreOption = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Where the store reaches syncd. [default: public_url of [web]]"),
    ] = None,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Subscribe to what syncd listens to, and put right what was removed or leads elsewhere."""
    from syncd.errors import UsageError

    session = session_of(ctx, config=config)
    base = (url or session.config.document.web.public_url or "").rstrip("/")
    if not base.startswith("https://"):
        raise UsageError(
            f"Stores send webhooks to an https address; {base or 'none'} is known.",
            remedy="Say --url https://…, or set public_url under [web].",
        )

    async def work(runtime: Runtime, name: str) -> int:
        listener = runtime.listener(name)
        if listener is None:
            session.note(f"{name}: this kind of store sends no webhooks.")
            return ExitCode.FINE
        found = await listener.subscribe(f"{base}/webhooks/{name}", dry_run=dry_run)
        _show(session, name, found, dry_run=dry_run, output_format=output_format)
        return ExitCode.PARTIAL if any(one.state == "refused" for one in found) else ExitCode.FINE

    return session.run_stores(store, work)


def _show(session: Session, store: str, found: Sequence[Subscription], *, dry_run: bool, output_format: Format) -> None:
    if output_format is Format.JSON:
        rows: list[dict[str, Any]] = [{"topic": one.topic, "state": one.state, "text": one.text} for one in found]
        session.document({"store": store, "dry_run": dry_run, "subscriptions": rows})
        return
    kept = sum(one.state == "kept" for one in found)
    session.show(f"{store}: {kept} of {len(found)} webhooks are as they should be")
    for one in found:
        if one.state != "kept":
            words = _WOULD.get(one.state, one.state) if dry_run else _WORDS[one.state]
            session.show(f"  {one.topic}: {words}" + (f" ({one.text})" if one.text else ""))
