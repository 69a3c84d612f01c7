"""What `syncd check` looks at: configuration, secrets, database, every store and every supplier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncd.cli.exit_codes import ExitCode
from syncd.config import rules
from syncd.domain.ports import Check, Store, Supplier
from syncd.errors import AuthRejected, ConfigError, PortError, SyncdError

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.config import Config

_ABOUT_CREDENTIALS = ("credential", "token", "scope", "auth", "key")


@dataclass(slots=True)
class Checked:
    """Everything that was found, by what it is about, and the exit codes that follow from the failures."""

    groups: list[tuple[str, tuple[Check, ...]]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def add(self, about: str, lines: tuple[Check, ...], *, code: int) -> None:
        """Lines about one thing; `code` is what a failure among them means."""
        self.groups.append((about, lines))
        for line in lines:
            if line.state == "fail":
                is_credential = any(word in line.name.lower() for word in _ABOUT_CREDENTIALS)
                self.codes.append(ExitCode.CREDENTIALS if is_credential and code != ExitCode.CONFIG else code)


def checked(session: Session, *, store: str | None) -> Checked:
    """All checks. A configuration that cannot be read ends them there."""
    found = Checked()
    try:
        config = session.config
    except ConfigError as error:
        lines = tuple(
            Check(name="config", state="fail", text=str(problem), remedy="See: syncd config explain KEY")
            for problem in error.problems
        )
        found.add("config", lines, code=ExitCode.CONFIG)
        return found
    counted = f"{config.path}: {len(config.stores)} stores, {len(config.suppliers)} suppliers"
    lines = (Check(name="config", state="ok", text=counted), _secrets(session), *_exposed(config))
    found.add("config", lines, code=ExitCode.CONFIG)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        found.add("database", runtime.db.check(), code=ExitCode.ERROR)
        for name in names:
            lines, code = await _answer(runtime, name, is_store=True)
            found.add(name, lines, code=code)
        for name, supplier in config.suppliers.items():
            if set(supplier.table.stores) & set(names):
                lines, code = await _answer(runtime, name, is_store=False)
                found.add(name, lines, code=code)
        return ExitCode.FINE

    try:
        session.run(work)
    except SyncdError as error:
        found.add("database", (_failed("database", error),), code=error.exit_code)
    return found


def _secrets(session: Session) -> Check:
    problems = rules.secret_problems(session.config, env=session.env)
    if not problems:
        return Check(name="secrets", state="ok", text="every reference leads to a value")
    text = "; ".join(f"line {problem.line}, {problem.key}: {problem.text}" for problem in problems)
    return Check(name="secrets", state="fail", text=text, remedy="Set it, or point the reference elsewhere.")


def _exposed(config: Config) -> tuple[Check, ...]:
    files = rules.exposed_files(config)
    if not files:
        return ()
    text = f"others may read {', '.join(map(str, files))}"
    return (Check(name="secret files", state="warn", text=text, remedy=f"chmod 600 {' '.join(map(str, files))}"),)


async def _answer(runtime: Runtime, name: str, *, is_store: bool) -> tuple[tuple[Check, ...], int]:
    """What a store or supplier says of itself, and what a failure there means."""
    code = ExitCode.UNREACHABLE if is_store else ExitCode.PARTIAL
    try:
        port: Store | Supplier = runtime.store(name).port if is_store else runtime.supplier(name).port
        return await port.check(), code
    except AuthRejected as error:
        return (_failed("credentials", error),), ExitCode.CREDENTIALS
    except PortError as error:
        return (_failed("answer", error),), code
    except SyncdError as error:
        return (_failed("set-up", error),), error.exit_code


def _failed(name: str, error: SyncdError) -> Check:
    return Check(name=name, state="fail", text=error.text, remedy=error.remedy)
