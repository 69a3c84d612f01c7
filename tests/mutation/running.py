"""Makes the mutants with mutmut and tries them. Started as a script in the workplace.

As a script, since nothing of `tests` may be imported before mutmut put its own copy first in the path.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import libcst
import pytest
from mutmut.__main__ import collect_or_load_stats, create_mutants
from mutmut.configuration import config
from mutmut.mutation import file_mutation, mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import get_mutant_runner

_SEEN_THROUGH = {"property", "lru_cache", "cache"}
"""Decorators that run nothing but the function itself, so that it can be changed beneath them."""


def look_beneath_decorators() -> None:
    """Mutate properties and functions whose answers are kept, too; mutmut leaves all decorated functions alone."""
    inner: Any = file_mutation
    skips, arrange = inner.MutationVisitor._skip_node_and_children, inner.function_trampoline_arrangement

    def skips_other(visitor: Any, node: libcst.CSTNode) -> bool:
        return bool(skips(visitor, _bare(node)))

    def arranged(function: libcst.FunctionDef, *more: Any, **named: Any) -> Any:
        declared, (switch, *variants), assigned, names = arrange(function, *more, **named)
        return declared, [switch, *(_bare(one) for one in variants)], assigned, names

    inner.MutationVisitor._skip_node_and_children = skips_other
    inner.function_trampoline_arrangement = arranged


def _bare(node: Any) -> Any:
    """A function without its decorators if they are all of those, else the node itself."""
    if not isinstance(node, libcst.FunctionDef):
        return node
    names = {one.decorator.func if isinstance(one.decorator, libcst.Call) else one.decorator for one in node.decorators}
    is_seen_through = all(isinstance(name, libcst.Name) and name.value in _SEEN_THROUGH for name in names)
    return node.with_changes(decorators=()) if node.decorators and is_seen_through else node


def leave_sentences_alone() -> None:
    """Mutate words that machines read (names, keys, states), not sentences for people: golden files hold those."""
    table: Any = mutators.mutation_operators
    table[:] = [(kind, _of_words if operator is mutators.operator_string else operator) for kind, operator in table]


def _of_words(node: libcst.BaseString) -> Iterable[libcst.BaseString]:
    if isinstance(node, libcst.SimpleString) and " " in node.raw_value.strip():
        return
    yield from mutators.operator_string(node)


def prepare() -> None:
    """Make the mutants of what changed, and learn which tests reach which function."""
    Path("mutants").mkdir(exist_ok=True)
    set_mutant_under_test("mutant_generation")
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    create_mutants(1)
    collect_or_load_stats(get_mutant_runner(1), apply_config_invalidation=True)
    set_mutant_under_test("")


def try_all(names: Sequence[str], *, every: int, only_quick: bool) -> int:
    """Try the mutants with these names; a pattern stands for every Nth of those that have no verdict yet."""
    from tests.mutation.trial import Mutant, Trial  # mutmut's copy

    files: dict[str, SourceFileMutationData] = {}
    chosen: list[tuple[int, Mutant]] = []
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        for number, (name, code) in enumerate(data.exit_code_by_key.items()):
            is_new = code is None and number % every == 0
            place = next((n for n, one in enumerate(names) if name == one or (is_new and fnmatch(name, one))), None)
            if place is not None:
                function = mangled_name_from_mutant_name(name)
                tests = state().tests_by_mangled_function_name.get(function, ())
                has_database = function.startswith("syncd.journal.")
                mutant = Mutant(name=name, function=function, tests=tuple(tests), is_alone=has_database)
                chosen.append((place, mutant))
                files[name] = data
    mutants = [mutant for _, mutant in sorted(chosen, key=lambda one: one[0])]
    began, done = time.monotonic(), 0

    def keep(mutant: Mutant, code: int, seconds: float) -> None:
        nonlocal done
        done += 1
        data = files[mutant.name]
        data.exit_code_by_key[mutant.name] = code
        data.durations_by_key[mutant.name] = seconds
        if done % 50 == 0 or done >= len(mutants):
            for each in {each.path: each for each in files.values()}.values():
                each.save()
            print(f"\n{done} of {len(mutants)} in {time.monotonic() - began:.0f} s", flush=True)

    os.chdir("mutants")
    trial = Trial(
        mutants,
        reach=Counter(test for tests in state().tests_by_mangled_function_name.values() for test in tests),
        seconds=state().duration_by_test,
        switch_on=set_mutant_under_test,
        keep=_in(keep),
        only_quick=only_quick,
    )
    arguments = [
        "--rootdir=.",
        "-p",
        "no:randomly",
        *config().pytest_add_cli_args_test_selection,
        *config().pytest_add_cli_args,
    ]
    return int(pytest.main(arguments, plugins=[trial]))


def _in(keep: Any) -> Any:
    """Verdicts are kept beside the mutants, in the folder above the one in which the tests run."""

    def kept(*args: Any) -> None:
        os.chdir("..")
        keep(*args)
        os.chdir("mutants")

    return kept


if __name__ == "__main__":
    leave_sentences_alone()
    look_beneath_decorators()
    prepare()
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    sys.exit(try_all(given.names, every=given.every, only_quick=given.quick))
