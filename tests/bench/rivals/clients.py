"""The clients, each a program of its own, and the packages that some of them need."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent

PINNED: Mapping[str, str] = {"@shopify/admin-api-client": "2.0.0", "@shopify/graphql-client": "2.0.0"}
"""What npm installs into a folder that lasts as long as the bench. Python's are in the extra `rivals`."""


class Unavailable(Exception):
    """The client cannot run here; says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that is told the jobs, says `ready`, waits for `go` and tells which parcels failed, a JSON list a round.

    `module` is one of this package, or a file for node. `passes` means that it looks again later, as syncd does.
    """

    name: str
    module: str
    arguments: Sequence[str] = ()
    needs: str | None = None
    passes: bool = False

    async def command(self, folder: Path) -> list[str]:
        """How to start it, once what it needs is there. Raises Unavailable."""
        if self.module.endswith(".mjs"):
            await _install(folder)
            script = folder / self.module
            script.write_bytes((_HERE / self.module).read_bytes())
            return ["node", str(script), *self.arguments]
        if self.needs and find_spec(self.needs) is None:
            raise Unavailable("not installed here: pip install -c constraints.txt -e '.[rivals]'")
        return [sys.executable, "-m", f"{__package__}.{self.module}", *self.arguments]


async def _install(folder: Path) -> None:
    """Install the npm packages into `folder`, where the script finds them too."""
    if (folder / "node_modules").is_dir():
        return
    if not (shutil.which("node") and shutil.which("npm")):
        raise Unavailable("no node with npm here")
    wanted = [f"{name}@{version}" for name, version in PINNED.items()]
    npm = await asyncio.create_subprocess_exec(
        "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *wanted,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await npm.wait() != 0:
        raise Unavailable(f"npm could not install {' '.join(wanted)}")


CLIENTS = (
    Client(name="syncd, a whole pass", module="by_syncd", arguments=("pass",), passes=True),
    Client(name="syncd's HTTP client alone", module="by_syncd", arguments=("client",)),
    Client(name="httpx + tenacity", module="by_httpx"),
    Client(name="ShopifyAPI", module="by_shopifyapi", needs="shopify"),
    Client(name="ShopifyAPI + tenacity", module="by_shopifyapi", arguments=("retry",), needs="shopify"),
    Client(name="@shopify/admin-api-client", module="by_admin_client.mjs"),
    Client(name="@shopify/admin-api-client + waiting", module="by_admin_client.mjs", arguments=("wait",)),
)
