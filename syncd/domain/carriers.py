"""Carriers as a store should show them: Shopify's exact name where it has one, else a link of our own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from syncd.domain.carrier_names import family_of, fold, is_listed_anywhere, listed_name
from syncd.domain.number_formats import of_family
from syncd.domain.numbers import normalise, telling_format, tidy
from syncd.domain.tracking import Tracking

_PAGES = {
    "cainiao": "https://global.cainiao.com/newDetail.htm?mailNoList={}",
    "cjpacket": "https://www.cjpacket.com/?trackingNumber={}",
    "gofo": "https://www.gofoexpress.com/tracking.html?searchID={}",
    "speedee": "https://www.speedeedelivery.com/track/?tracking={}",
    "old_dominion": "https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers={}",
    "yodel": "https://www.yodel.co.uk/tracking/{}",
}
"""Tracking pages of carriers that Shopify makes no link for (or only in one country), by family."""

_ANY_CARRIER = "https://t.17track.net/en#nums={}"
"""A page that finds the carrier by itself, for carriers without a page in the table."""

_DHL_BY_FORMAT = {"DHL Express": "DHL Express", "DHL eCommerce": "DHL eCommerce", "DHL eCommerce 14": "DHL eCommerce"}
_POSTNORD_BY_COUNTRY = {"DK": "PostNord DK", "NO": "PostNord NO", "SE": "PostNord SE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier as the store should show it.

    `company`: Shopify's exact name, else the supplier's own. `is_listed`: Shopify knows it, at least in shops of one
    country. `url`: our link for the number, only for carriers that Shopify does not know in every shop.
    """

    company: str | None
    is_listed: bool
    url: str | None


def resolve(name: str | None, *, number: str | None) -> Carrier:
    """The carrier that `name` means; without a name the one that the number's shape alone tells, if any does."""
    spelled = " ".join((name or "").split())
    company = _company(spelled, number=number)
    if company is None:
        return Carrier(company=None, is_listed=False, url=None)
    url = None if is_listed_anywhere(company) or not number else page(number, company=company)
    return Carrier(company=company, is_listed=listed_name(company) == company, url=url)


def tracking_for(number: str, *, company: str | None, url: str | None) -> Tracking:
    """A tracking number as it should be written to the store.

    The source's own https link is kept. Without one the link is left to Shopify for the carriers it knows everywhere
    and made here for the others, since Shopify would show none, or a guess that leads nowhere.
    """
    return _tracking_for(number, company, url)


@lru_cache(maxsize=4096)
def _tracking_for(number: str, company: str | None, url: str | None) -> Tracking:
    carrier = resolve(company, number=number)
    return Tracking(number=tidy(number), company=carrier.company, url=safe_url(url) or carrier.url)


def same_company(one: str | None, other: str | None) -> bool:
    """Whether two names mean the same carrier, as far as a customer is concerned: spelling and services apart."""
    if not one or not other:
        return not one and not other
    names = [listed_name(name) or name for name in (one, other)]
    if fold(names[0]) == fold(names[1]):
        return True
    families = {family_of(name) for name in names}
    return len(families) == 1 and families.isdisjoint({None, "s10"})


def page(number: str, *, company: str | None) -> str:
    """A page where a customer can follow the number; always https, the number quoted."""
    family = family_of(company) or ""
    return _PAGES.get(family, _ANY_CARRIER).format(quote(tidy(number), safe=""))


def safe_url(url: str | None) -> str | None:
    """`url` if it is a plain https link that may be shown to a customer, else None."""
    if not url:
        return None
    shown = url.strip()
    if not shown.isprintable() or any(sign.isspace() for sign in shown):
        return None
    try:
        parts = urlsplit(shown)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() != "https" or not host or "." not in host or "@" in parts.netloc:
        return None
    return shown


def _company(spelled: str, *, number: str | None) -> str | None:
    if not spelled:
        form = telling_format(number)
        return form.company if form else None
    match fold(spelled):
        case "dhl":
            return _dhl(number)
        case "postnord":
            return _POSTNORD_BY_COUNTRY.get(normalise(number)[-2:], "Portal PostNord")
        case _:
            return listed_name(spelled) or spelled


def _dhl(number: str | None) -> str:
    """Plain "DHL" is a name that Shopify knows in Germany only; the number tells which of its services it is."""
    bare = normalise(number)
    form = next((form for form in of_family("dhl") if form.accepts(bare)), None)
    return _DHL_BY_FORMAT.get(form.name, "DHL") if form else "DHL Express"
