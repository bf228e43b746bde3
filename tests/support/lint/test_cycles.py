"""The rule against import cycles."""

from __future__ import annotations

import pytest

from .conftest import Checkout

FOR_TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from support.http import exchange\n"
CIRCLES = [
    ("support/http/client.py", "from support.http import exchange\n", "from support.http.client import Client\n"),
    ("support/http/client.py", FOR_TYPES, "from .client import Client\n"),
    ("support/http/client.py", "def late():\n    import support.http.exchange\n", "from . import client\n"),
    ("support/http/__init__.py", "from support.http.exchange import Exchange\n", "from support.http import SHOWN\n"),
]
ROUND = (
    "caio.a → caio.b → caio.c → caio.a",
    "caio.b → caio.c → caio.a → caio.b",
    "caio.c → caio.a → caio.b → caio.c",
)


@pytest.mark.parametrize(("path", "there", "back"), CIRCLES)
def test_modules_that_import_each_other(checkout: Checkout, path: str, there: str, back: str) -> None:
    checkout.write("support/http/exchange.py", back)
    assert "import-cycle" not in checkout.rules()
    checkout.write(path, there)
    assert checkout.rules() == ["import-cycle"]


def test_modules_of_a_system_that_import_each_other(checkout: Checkout) -> None:
    checkout.write("systems/caio/caio/a.py", "from caio.b import B\n")
    checkout.write("systems/caio/caio/b.py", "from caio import c\n")
    assert "import-cycle" not in checkout.rules()
    checkout.write("systems/caio/caio/c.py", "from caio.a import A\n")
    (finding,) = checkout.findings()
    assert any(f"each other: {circle};" in finding for circle in ROUND)


def test_a_module_may_import_its_neighbours_from_their_package(checkout: Checkout) -> None:
    checkout.write("support/http/__init__.py", "from support.http.client import Client\n")
    checkout.write("support/http/exchange.py", "")
    checkout.write("support/http/client.py", "from support.http import exchange\n")
    assert checkout.rules() == []
