"""Rules for imports and sleeps."""

from __future__ import annotations

import pytest

from .conftest import Checkout

AGAINST = [
    ("support/http/client.py", "from support.deployments import base"),
    ("support/http/client.py", "from ..deployments import base"),
    ("support/base/waiting.py", "import support.http"),
    ("support/evidence/report.py", "from support import world"),
    ("support/acceptance/page.py", "from support.run import accept"),
    ("support/world/core.py", "from support import cli"),
    ("support/world/core.py", "import steps.caio_routing"),
    ("support/checks/routing.py", "from caio import Orchestrator"),
    ("systems/caio/caio/api.py", "from support.base.settings import ROOT"),
    ("support/run/accept.py", "from support import world"),
    ("support/doctor/checks.py", "from support import machine"),
    ("support/world/machine.py", "from support import doctor"),
    ("steps/pages.py", "from support import browsers"),
]
ALONG = [
    ("support/browsers/session.py", "from support.deployments import processes"),
    ("support/doctor/checks.py", "from support import browsers"),
    ("support/faults/kill.py", "from support.deployments import base"),
    ("support/domains/caio/http_interface.py", "from support.http import HttpClient"),
    ("support/world/core.py", "from support.http import HttpClient"),
    ("support/run/accept.py", "from support.acceptance import page"),
    ("support/http/client.py", "from support.base.outcomes import NotMet"),
    ("support/http/client.py", "from .exchange import Exchange"),
    ("systems/caio/caio/api.py", "from chassis import auth"),
    ("environment.py", "from support.world.core import World"),
]


@pytest.mark.parametrize(("path", "line"), AGAINST)
def test_an_import_against_the_arrows(checkout: Checkout, path: str, line: str) -> None:
    checkout.write(path, f"{line}\n")
    assert set(checkout.rules()) == {"import-arrow"}


@pytest.mark.parametrize(("path", "line"), ALONG)
def test_an_import_along_the_arrows(checkout: Checkout, path: str, line: str) -> None:
    checkout.write(path, f"{line}\n")
    assert checkout.rules() == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("support/faults/kill.py", "import psutil"),
        ("support/evidence/page.py", "from allure_commons import utils"),
        ("support/load/plan.py", "import locust.env"),
        ("support/world/core.py", "import docker"),
        ("support/browsers/session.py", "from playwright.sync_api import Browser"),
    ],
)
def test_a_library_that_one_module_alone_may_import(checkout: Checkout, path: str, line: str) -> None:
    checkout.write(path, f"{line}\n")
    assert set(checkout.rules()) == {"single-importer"}


def test_the_one_module_may_import_it(checkout: Checkout) -> None:
    checkout.write("support/deployments/processes.py", "import psutil\n")
    assert checkout.rules() == []


@pytest.mark.parametrize(
    "call", ["import time\ntime.sleep(1)", "import asyncio\nasync def f(): await asyncio.sleep(1)"]
)
def test_a_sleep_outside_waiting(checkout: Checkout, call: str) -> None:
    checkout.write("support/world/core.py", f"{call}\n")
    assert checkout.rules() == ["sleep"]


def test_waiting_may_sleep(checkout: Checkout) -> None:
    checkout.write("support/base/waiting.py", "import time\ntime.sleep(1)\n")
    assert checkout.rules() == []


def test_a_source_that_is_no_python(checkout: Checkout) -> None:
    checkout.write("support/world/core.py", "def broken(:\n")
    assert checkout.rules() == ["syntax"]
