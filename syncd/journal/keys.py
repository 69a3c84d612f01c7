"""The key file: encrypts what is kept secret in the journal, and keys the hashes of addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from syncd.errors import SyncdError


class KeyUnusable(SyncdError):
    """The key file cannot be read, is no key, or is not the one that the journal was written with."""

    exit_code = 78


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes; never shown when printed."""

    secret: bytes = field(repr=False)

    @property
    def fernet(self) -> Fernet:
        """Encrypts and decrypts under this key."""
        return Fernet(base64.urlsafe_b64encode(self.secret))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for another purpose, from which neither the key nor those of other purposes follow."""
        return hmac.new(self.secret, f"syncd:{purpose}".encode(), hashlib.sha256).digest()


def load_key(path: Path) -> Key:
    """The key in `path`; made there, readable by its owner alone, when the file does not exist.

    Raises KeyUnusable when the file holds something else.
    """
    if not path.exists():
        _make(path)
    try:
        secret = base64.urlsafe_b64decode(path.read_bytes().strip())
    except (OSError, ValueError) as exc:
        raise KeyUnusable(f"{path}: the key cannot be read ({exc}).", remedy="Restore it from a backup.") from exc
    if len(secret) != 32:
        raise KeyUnusable(f"{path}: holds {len(secret)} bytes, a key has 32.", remedy="Restore it from a backup.")
    return Key(secret)


def _make(path: Path) -> None:
    """Write a new key; when another process makes one at the same moment, theirs stays.

    Linked into place whole: a reader never sees half a key.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError as exc:
        raise KeyUnusable(f"{path}: the key cannot be made ({exc}).", remedy="Make the folder writable.") from exc
    finally:
        draft.unlink(missing_ok=True)
