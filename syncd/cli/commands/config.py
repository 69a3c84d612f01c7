"""`syncd config`: what the configuration says, means and may say."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from syncd.cli.options import ConfigOption, Format, FormatOption
from syncd.cli.session import session_of
from syncd.errors import ConfigError, UsageError

commands = typer.Typer(no_args_is_help=True, help="Show, check and explain the configuration.")


@commands.command()
def validate(ctx: typer.Context, config: ConfigOption = None) -> int:
    """Tell whether the configuration can be used, and where it cannot."""
    from syncd.config import rules

    session = session_of(ctx, config=config)
    problems = rules.secret_problems(session.config, env=session.env)
    if problems:
        raise ConfigError(problems)
    counted = f"{len(session.config.stores)} stores, {len(session.config.suppliers)} suppliers"
    session.show(f"{session.config.path}: fine ({counted}).")
    return 0


@commands.command()
def show(
    ctx: typer.Context,
    config: ConfigOption = None,
    origin: Annotated[bool, typer.Option("--origin", help="Tell where each value comes from.")] = False,
    output_format: FormatOption = Format.TABLE,
) -> int:
    """Show every setting in force; secrets stay references."""
    from syncd.config.reference import settings

    session = session_of(ctx, config=config)
    rows = list(settings(session.config))
    if output_format is Format.JSON:
        origins = {row.key: f"{session.config.path}:{row.line}" if row.line else "default" for row in rows}
        found = [{"key": row.key, "value": row.shown, "origin": origins[row.key]} for row in rows]
        session.document({"settings": found})
        return 0
    for row in rows:
        place = f"{session.config.path.name}:{row.line}" if row.line else "default"
        session.show(f"{row.key} = {row.shown}" + (f"    # {place}" if origin else ""))
    return 0


@commands.command()
def schema(ctx: typer.Context) -> int:
    """Print the JSON Schema of the configuration file, for editors."""
    from syncd.config.reference import json_schema

    session_of(ctx).out.write(json.dumps(json_schema(), indent=2, sort_keys=True) + "\n")
    return 0


@commands.command()
def explain(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Like stores.main.policy.stale_after, or its end.")],
    config: ConfigOption = None,
) -> int:
    """Explain a key: what it means, what it may be, and what it is set to."""
    from syncd.config.problems import did_you_mean
    from syncd.config.reference import keys, settings

    session = session_of(ctx, config=config)
    known = keys()
    found = [one for one in known if _is_asked_for(one.path, key)]
    if not found:
        ends = {one.path[-1] for one in known} | {one.name for one in known}
        raise UsageError(f'There is no key "{key}"; {did_you_mean(key.rpartition(".")[2], ends)}')
    for one in dict.fromkeys(found):
        owner = f" ({one.adapter})" if one.adapter else ""
        session.show(f"{one.name}{owner}: {one.description}")
        session.show(
            f"    expects {one.expected}; {f'default {one.default}' if one.default is not None else 'required'}"
        )
    try:
        current = list(settings(session.config))
    except ConfigError:
        return 0  # a file that is wrong elsewhere, or none at all, is no reason not to explain a key
    for row in current:
        if any(_is_asked_for(one.path, _starred(row.path)) for one in found):
            session.show(f"    {row.key} = {row.shown}")
    return 0


def _is_asked_for(path: tuple[str, ...], key: str) -> bool:
    asked = key.split(".")
    if len(asked) > len(path):
        return False
    ends = path[-len(asked) :]
    return all(mine in {"*", theirs} or theirs == "*" for mine, theirs in zip(ends, asked, strict=True)) and (
        ends[-1] == asked[-1]
    )


def _starred(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)
