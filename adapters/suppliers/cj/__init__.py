"""CJ Dropshipping API 2.0: https://developers.cjdropshipping.com/en/api/introduction.html (read 2026-11-21).

What belongs here: CJ's calls, codes, tokens and payloads. `supplier` is the port, `look` decides what is asked,
`api` makes the calls, `codes` and `payload` read the answers, `tokens` keeps the access token.
"""

from adapters.suppliers.cj.settings import CjSettings
from adapters.suppliers.cj.supplier import build
from syncd.domain.ports import Adapter

ADAPTER = Adapter(
    name="cj",
    kind="supplier",
    settings=CjSettings,
    build=build,
    summary="CJ Dropshipping: orders, numbers and parcels by line; cancels unconfirmed orders",
)
