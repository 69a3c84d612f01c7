"""Every key of a TOML text is found where it stands."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from syncd.config.positions import Position, nearest, positions

TEXT = '''\
# a comment with [brackets] and a = sign
title = "x # no comment"   # a comment
[stores.main]
adapter = 'shopify'
"quoted key" = 1
nested.deep = { a = 1, "b c" = [1, { d = 2 }], e.f = "}" }
list = [
  "one",   # ] not the end
  'two',
]
long = """
[not.a.table]
key = 'no' \\""" """"
[[feeds]]
name = "a"
[[feeds]]
name = "b"
[feeds.inner]
x = 2026-12-25
[[feeds.rows]]
y = true
'''

PLACES = {
    ("title",): (2, 1),
    ("stores",): (3, 1),
    ("stores", "main"): (3, 1),
    ("stores", "main", "adapter"): (4, 1),
    ("stores", "main", "quoted key"): (5, 1),
    ("stores", "main", "nested"): (6, 1),
    ("stores", "main", "nested", "deep"): (6, 8),
    ("stores", "main", "nested", "deep", "a"): (6, 17),
    ("stores", "main", "nested", "deep", "b c", 1): (6, 36),
    ("stores", "main", "nested", "deep", "b c", 1, "d"): (6, 38),
    ("stores", "main", "nested", "deep", "e", "f"): (6, 50),
    ("stores", "main", "list", 0): (8, 3),
    ("stores", "main", "list", 1): (9, 3),
    ("stores", "main", "long"): (11, 1),
    ("feeds", 0): (14, 1),
    ("feeds", 0, "name"): (15, 1),
    ("feeds", 1): (16, 1),
    ("feeds", 1, "name"): (17, 1),
    ("feeds", 1, "inner", "x"): (19, 1),
    ("feeds", 1, "rows", 0, "y"): (21, 1),
}


def test_keys_are_found_where_they_stand():
    tomllib.loads(TEXT)
    found = positions(TEXT)
    assert {path: (found[path].line, found[path].column) for path in PLACES} == PLACES


def test_what_is_not_there_is_shown_at_the_table_around_it():
    found = positions(TEXT)
    assert nearest(found, ("stores", "main", "shop")) == Position(line=3, column=1)
    assert nearest(found, ("nowhere",)) is None


def paths_of(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from paths_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*path, index)
            yield from paths_of(inner, (*path, index))


KEY = st.text(min_size=1, max_size=6)
SCALAR = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=8))
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3), max_leaves=8
)


def spelt(value):
    """A value in one of TOML's spellings."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(spelt(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {spelt(one)}" for key, one in value.items()) + " }"
    return quoted(value)


def quoted(text):
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{escaped}"'


@given(st.dictionaries(KEY.filter(lambda key: not any(0xD800 <= ord(c) < 0xE000 for c in key)), VALUE, max_size=4))
def test_every_key_of_any_document_has_a_position(document):
    text = "\n".join(f"{quoted(key)} = {spelt(value)}  # comment" for key, value in document.items())
    data = tomllib.loads(text)
    assert data == document
    assert set(paths_of(data)) == set(positions(text))
    assert [positions(text)[key,].line for key in document] == list(range(1, len(document) + 1))
