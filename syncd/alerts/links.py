"""Where a mail may lead: to pages of the store's admin and of carriers, over https, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from syncd.domain.carriers import page, safe_url
from syncd.domain.tracking import Tracking
from syncd.reports.facts import StoreFacts
from syncd.reports.words import clean

CARRIER_HOSTS = frozenset(
    "17track.net 4px.com anpost.com aramex.com auspost.com.au bpost.be bring.com cainiao.com canadapost-postescanada.ca "  # noqa: SIM905
    "chronopost.fr cjpacket.com colissimo.fr correos.es correosexpress.com ctt.pt dao.as deutschepost.de dhl.com dhl.de dpd.co.uk "
    "dpd.com dpd.de dpdgroup.com ems.com.cn evri.com fedex.com geodis.com gls-group.com gls-group.eu gofoexpress.com hermesworld.com "
    "inpost.pl japanpost.jp kuehne-nagel.com laposte.fr mondialrelay.fr odfl.com ontrac.com parcelforce.com parcelsapp.com "
    "poczta-polska.pl post.at post.ch posten.no posti.fi postnl.nl postnord.com postnord.dk postnord.se purolator.com "
    "royalmail.com seur.com sf-express.com singpost.com speedeedelivery.com tnt.com track.yw56.com.cn ups.com usps.com "
    "yanwen.com.cn yodel.co.uk yunexpress.com yuntrack.com".split()
)
"""Hosts of carriers' tracking pages; those below them count too."""

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# What a mail program makes a link of by itself: a scheme, or words with a dot between them that could be a host.
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*):(?=//|\S*@)|(mailto|javascript|data|tel):")
_DOT = re.compile(r"(?<=[^\W_])[.\uff0e\uff61](?=[^\W\d_]{2,})")
_SLASHES = re.compile(r"/{2,}")


def order_page(domain: str | None, order_id: str | None) -> str | None:
    """The order's page in the store's admin; None where the store has none, or the id is of no known form."""
    return StoreFacts(name="", shop=domain).admin_url(order_id)


def orders_page(domain: str | None) -> str | None:
    """The list of orders in the store's admin."""
    one = order_page(domain, "0")
    return one.removesuffix("/0") if one else None


def parcel_page(tracking: Tracking) -> str | None:
    """Where the parcel can be followed: the link given with it if it leads to a carrier, else a page of our own choice."""
    number = clean(tracking.number)
    if not number:
        return None
    return carrier_link(tracking.url) or page(number, company=tracking.company)


def carrier_link(url: str | None) -> str | None:
    """`url` if it is an https link to a known carrier's host, in plain ASCII; else None."""
    shown = safe_url(url)
    if shown is None:
        return None
    parts = urlsplit(shown)
    host = (parts.hostname or "").lower()
    # Compared with the whole address: a port, a trailing dot or an odd letter could lead somewhere else.
    if parts.netloc.lower() != host or not _HOST.fullmatch(host) or not _is_carrier(host):
        return None
    return f"https://{host}{quote(parts.path, safe='/%:@+,;=~!()-._')}" + _rest(parts.query, parts.fragment)


def _is_carrier(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in CARRIER_HOSTS)


def _rest(query: str, fragment: str) -> str:
    asked = f"?{quote(query, safe='/%:@+,;=&~!()-._')}" if query else ""
    return asked + (f"#{quote(fragment, safe='/%:@+,;=&~!()-._?')}" if fragment else "")


def unlinked(text: str) -> str:
    """`text` changed so that no mail program makes a link of it: `evil.example` becomes `evil[.]example`."""
    text = _SCHEME.sub(lambda found: f"{found[1] or found[2]}[:]", text)
    return _DOT.sub("[.]", _SLASHES.sub("/", text))
