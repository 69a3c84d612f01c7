"""What carriers are called: Shopify's exact names, the other spellings of each, and whose numbers they share."""

from __future__ import annotations

from functools import lru_cache

from syncd.domain.shopify_carriers import ANYWHERE, BY_COUNTRY

ALIASES: dict[str, tuple[str, ...]] = {
    "4PX": ("4px express", "4px worldwide express", "fourpx", "递四方"),
    "Amazon": ("amazon logistics", "amzl", "amazon shipping", "amazon us", "amazon logistics us"),
    "Australia Post": ("auspost", "aus post", "australia post eparcel"),
    "BPost": ("bpost belgium", "belgian post"),
    "BPost International": ("bpost intl", "landmark global bpost"),
    "Canada Post": ("canadapost", "postes canada", "canada post corporation"),
    "China Post": (
        "china ems",
        "ems china",
        "chinapost",
        "china post registered",
        "china post air",
        "epacket",
        "cn post",
    ),
    "Colissimo": ("la poste", "laposte", "colissimo la poste", "fr colissimo"),
    "Correos": ("correos spain", "correos espana", "correos españa"),
    "Correios": ("correios brazil", "correios brasil", "correio"),
    "Deutsche Post": ("deutschepost", "german post"),
    "DHL eCommerce": (
        "dhl e-commerce",
        "dhl global mail",
        "dhl gm",
        "dhl ecom",
        "dhl ecommerce us",
        "dhl ecommerce solutions",
    ),
    "DHL eCommerce Asia": ("dhl global mail asia", "dhl e-commerce asia", "dhl ecommerce cn", "dhl ecommerce hk"),
    "DHL Express": ("dhl worldwide express", "dhl express worldwide", "dhl intl", "dhl international", "dhl wpx"),
    "DPD": ("dpd group", "dpd germany", "dpd de", "dynamic parcel distribution"),
    "DPD UK": ("dpd united kingdom", "dpd gb", "dpd.co.uk"),
    "Estes": ("estes express", "estes express lines"),
    "Evri": ("hermes uk", "myhermes", "my hermes", "evri uk", "hermes world uk", "hermes parcelnet"),
    "FedEx": (
        "federal express",
        "fedex express",
        "fedex ground",
        "fedex home delivery",
        "fedex smartpost",
        "fedex us",
        "fdx",
    ),
    "GLS": ("general logistics systems", "gls group", "gls europe"),
    "Japan Post (EN)": ("japan post", "jp post", "japanpost", "ems japan"),
    "Lasership": ("laser ship",),
    "New Zealand Post": ("nz post", "nzpost"),
    "NinjaVan": ("ninja van",),
    "OnTrac": ("on trac",),
    "Packeta": ("zasilkovna", "packeta group"),
    "Portal PostNord": ("postnord", "post nord", "postnord logistics"),
    "PostNL": ("post nl", "postnl international", "tnt post nl", "netherlands post"),
    "PostNord DK": ("postnord denmark", "post danmark", "postnord danmark"),
    "PostNord NO": ("postnord norway", "postnord norge"),
    "PostNord SE": ("postnord sweden", "postnord sverige"),
    "Poste Italiane": ("italian post", "italy post", "posteitaliane"),
    "Purolator": ("purolator courier", "purolator inc"),
    "Royal Mail": ("royalmail", "royal mail uk", "royal mail tracked", "gb royal mail"),
    "Sagawa (EN)": ("sagawa", "sagawa express"),
    "SF Express": ("sf", "shunfeng", "shun feng", "s.f. express", "顺丰", "顺丰速运", "sf international"),
    "Singapore Post": ("singpost", "singapore post registered"),
    "Swiss Post": ("die post", "post ch", "swisspost"),
    "TForce Final Mile": ("tforce", "dynamex"),
    "UPS": ("united parcel service", "ups ground", "ups us", "ups express", "ups worldwide", "ups standard"),
    "USPS": (
        "us postal service",
        "united states postal service",
        "u.s. postal service",
        "us post",
        "us mail",
        "usps first class",
        "usps priority",
        "usps priority mail",
        "usps ground advantage",
        "stamps com",
    ),
    "XPO Logistics": ("xpo",),
    "Yamato (EN)": ("yamato", "yamato transport", "kuroneko"),
    "Yodel": ("yodel direct",),
    "YunExpress": (
        "yun express",
        "yun",
        "yun tu",
        "yuntu",
        "yunexpress global",
        "yun express us direct",
        "云途",
        "云途物流",
    ),
    "Old Dominion": ("old dominion freight line", "odfl"),
    "Österreichische Post": ("austrian post", "osterreichische post", "oesterreichische post", "post at"),
    "Inpost": ("inpost paczkomaty", "paczkomaty"),
    "WanbExpress": ("wanb express", "wanb"),
}
"""Other spellings, by Shopify's name."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "4px": ("4PX",),
    "amazon": ("Amazon", "Amazon Logistics UK"),
    "cainiao": (
        "Cainiao",
        "AliExpress",
        "AliExpress Standard Shipping",
        "AliExpress Selection Standard",
        "AliExpress Selection Premium",
        "Cainiao Super Economy",
        "Cainiao Standard",
        "Cainiao Expedited Economy",
        "CAINIAO_STANDARD",
        "Cainiao Global",
        "菜鸟",
    ),
    "canada_post": ("Canada Post",),
    "canpar": ("Canpar",),
    "cjpacket": ("CJPacket", "CJ Packet", "CJ Dropshipping", "CJPacket Ordinary", "CJPacket Sensitive", "CJ"),
    "dhl": ("DHL", "DHL Express", "DHL eCommerce", "DHL eCommerce Asia", "DHL Parcel"),
    "dpd": ("DPD", "DPD UK", "DPD Local", "DPD Ireland"),
    "evri": ("Evri",),
    "fedex": ("FedEx",),
    "gofo": ("GOFO Express", "GOFO"),
    "landmark": ("Landmark Global", "Landmark Global LTN", "Landmark"),
    "lasership": ("Lasership",),
    "old_dominion": ("Old Dominion",),
    "ontrac": ("OnTrac",),
    "purolator": ("Purolator",),
    "s10": (
        "An Post",
        "Australia Post",
        "BPost",
        "BPost International",
        "China Post",
        "Colissimo",
        "Correios",
        "Correos",
        "CTT",
        "Cyprus Post",
        "Deutsche Post",
        "Deutsche Post (DE)",
        "Deutsche Post (EN)",
        "Iceland Post",
        "India Post",
        "Israel Post",
        "Japan Post (EN)",
        "Japan Post (JA)",
        "La Poste Burkina Faso",
        "La Poste Colissimo",
        "Latvia Post",
        "Lietuvos Paštas",
        "New Zealand Post",
        "Österreichische Post",
        "Portal PostNord",
        "Poste Italiane",
        "PostNL",
        "PostNord DK",
        "PostNord NO",
        "PostNord SE",
        "PTT",
        "Royal Mail",
        "S10 International Standard",
        "Singapore Post",
        "Swiss Post",
        "UPU",
    ),
    "sf": ("SF Express",),
    "speedee": ("Spee-Dee", "Spee-Dee Delivery", "Speedee Delivery Service"),
    "sunyou": ("SunYou", "Sunyou Logistics", "SYPost", "顺友"),
    "ups": ("UPS",),
    "usps": ("USPS",),
    "yanwen": ("Yanwen", "Yanwen Logistics", "Yan Wen", "YW", "燕文"),
    "yodel": ("Yodel",),
    "yunexpress": ("YunExpress",),
}
"""Names whose numbers share their formats, by family (see `number_formats`)."""


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name for looking up: case, spaces and punctuation do not count."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


LISTED_ANYWHERE: dict[str, str] = {fold(name): name for name in ANYWHERE}
LISTED_SOMEWHERE: dict[str, str] = {fold(name): name for names in BY_COUNTRY.values() for name in names}
_ALIAS: dict[str, str] = {fold(alias): name for name, aliases in ALIASES.items() for alias in aliases}
_FAMILY: dict[str, str] = {fold(name): family for family, names in FAMILIES.items() for name in names}


def listed_name(name: str) -> str | None:
    """Shopify's exact name for a carrier in any spelling; None when Shopify does not know it.

    An exact name wins over an alias: in Germany "Hermes" is a carrier of its own, "Hermes UK" is Evri.
    """
    key = fold(name)
    return LISTED_ANYWHERE.get(key) or LISTED_SOMEWHERE.get(key) or _ALIAS.get(key)


def is_listed_anywhere(name: str) -> bool:
    """Whether Shopify knows the (exact) name in shops of every country."""
    return LISTED_ANYWHERE.get(fold(name)) == name


def family_of(name: str | None) -> str | None:
    """The family whose numbers a carrier in any spelling uses; None when we know nothing of its numbers."""
    if not name or not name.strip():
        return None
    return _FAMILY.get(fold(listed_name(name) or name))
