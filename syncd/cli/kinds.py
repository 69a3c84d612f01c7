"""Finds the kind of drift that a person means."""

from __future__ import annotations

from typing import Any

from syncd.config.problems import did_you_mean
from syncd.errors import UsageError
from syncd.reconcile.catalogue import KINDS, Kind


def kind_named(text: str) -> Kind:
    """A kind by name (`shipped_not_fulfilled`) or code (`A01`). Raises UsageError with the nearest one."""
    wanted = text.strip().lower().replace("-", "_")
    for kind in KINDS.values():
        if wanted in {kind.name, kind.code.lower()}:
            return kind
    raise UsageError(f'There is no kind of drift "{text}"; {did_you_mean(text, KINDS)}')


def kind_document(kind: Kind) -> dict[str, Any]:
    """A kind of drift as JSON."""
    return {
        "code": kind.code,
        "kind": kind.name,
        "title": kind.title,
        "severity": kind.severity.value,
        "detect": kind.detect,
        "detected": kind.is_detected,
        "action": kind.action,
        "policy_key": kind.policy_key,
        "default_approval": kind.default_action and kind.default_action.value,
        "runbook": kind.runbook,
    }
