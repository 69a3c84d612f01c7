"""The sandbox that comes with syncd offers what the port of sandboxes asks for."""

import inspect

from adapters.sandbox.demo import DemoSandbox
from syncd.domain.sandbox import Moment, Sandbox

OFFERED = [name for name, value in vars(Sandbox).items() if inspect.isfunction(value) and not name.startswith("_")]


def test_it_has_every_method_of_the_port_with_the_same_arguments():
    assert "play" in OFFERED
    for name in OFFERED:
        asked, offered = (inspect.signature(getattr(one, name)).parameters for one in (Sandbox, DemoSandbox))
        assert list(asked) == list(offered), name
        assert [one.kind for one in asked.values()] == [one.kind for one in offered.values()], name


def test_a_moment_without_trouble_is_an_ordinary_one():
    assert Moment(at=None).trouble == ""
