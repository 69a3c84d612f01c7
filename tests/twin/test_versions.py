"""Differences between API versions, held as data."""

import pytest
from graphql import GraphQLSchema, validate_schema

from adapters.sandbox.shopify import sdl, versions
from tests.twin.shop import desk

ASKED = ("2025-01", *sdl.SUPPORTED)


@pytest.mark.parametrize("version", ASKED)
def test_the_schema_of_every_version_is_valid(version: str) -> None:
    assert validate_schema(sdl.bare_schema(version)) == []


def _has(schema: GraphQLSchema, member: str) -> bool:
    if member.startswith("@"):
        return schema.get_directive(member[1:]) is not None
    owner, _, rest = member.partition(".")
    name, _, argument = rest.rstrip(")").partition("(")
    kind = schema.type_map.get(owner)
    if kind is None or not rest:
        return kind is not None
    known = getattr(kind, "fields", None) or getattr(kind, "values", {})
    return name in known and (not argument or argument in known[name].args)


@pytest.mark.parametrize("version", ASKED)
def test_members_come_and_go_with_their_version(version: str) -> None:
    schema = sdl.bare_schema(version)
    for member, since in versions.INTRODUCED.items():
        # A type that came with its fields is gone with them.
        if "." in member or member.startswith("@") or since <= version:
            assert _has(schema, member) == (since <= version), member
    for member, (gone_in, _) in versions.REMOVED.items():
        assert _has(schema, member) == (version < gone_in), member


def test_members_that_are_named_exist_in_the_shipped_schema() -> None:
    schema = sdl.bare_schema(sdl.NEWEST)
    assert [member for member in (*versions.INTRODUCED, *versions.RETYPED) if not _has(schema, member)] == []


@pytest.mark.parametrize(("version", "kind"), [("2025-01", "URL!"), ("2026-01", "URL")])
async def test_an_older_version_asks_for_more(version: str, kind: str) -> None:
    schema = sdl.bare_schema(version)
    assert schema.mutation_type is not None
    assert str(schema.mutation_type.fields["fulfillmentServiceCreate"].args["callbackUrl"].type) == kind


async def test_an_argument_that_was_removed_is_refused_since() -> None:
    query = 'mutation { fulfillmentServiceCreate(name: "3PL", permitsSkuSharing: true) { userErrors { message } } }'
    async with desk(oldest_version="2025-01") as shop:
        assert "errors" not in await shop.ask(query, version="2026-01")
        body = await shop.ask(query, version="2026-04")
        text = "Field 'fulfillmentServiceCreate' doesn't accept argument 'permitsSkuSharing'"
        assert body["errors"][0]["message"] == text
