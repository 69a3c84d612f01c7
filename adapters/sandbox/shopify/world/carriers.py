"""Tracking links that the service makes by itself when a carrier is known by its exact name and no url was given."""

from __future__ import annotations

_TEMPLATES = {
    "4PX": "https://track.4px.com/#/result/0/{}",
    "Australia Post": "https://auspost.com.au/mypost/track/#/details/{}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
    "China Post": "https://www.17track.net/en/track?nums={}",
    "DHL eCommerce": "https://webtrack.dhlecs.com/orders?trackingNumber={}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "GLS": "https://gls-group.eu/track/{}",
    "PostNord DK": "https://www.postnord.dk/track-trace#dynamicloading=true&shipmentid={}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "UPS": "https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNums={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction.action?tLabels={}",
    "YunExpress": "https://www.yuntrack.com/Track/Detail/{}",
}
"""A few of the names that the service knows; case matters. The service's own links are not published: these stand for
"some link". Names outside the table get none, as unknown companies do (measured: "Test Carrier" -> null)."""


def tracking_url(company: str | None, number: str | None) -> str | None:
    """The link for a known company, or None."""
    template = _TEMPLATES.get(company or "")
    return template.format(number) if template and number else None
