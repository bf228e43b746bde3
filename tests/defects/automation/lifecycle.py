"""Mistakes at the start, in production above all, and at the end."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap


@defect(
    "AUTO-AUTH-05", "Production starts with the password that everybody knows", HTTP, sample="The source's password"
)
def known_password() -> None:
    put("automation.loading:DEFAULT_PASSWORD", "another")


@defect("AUTO-AUTH-05", "Production starts with its doors open", HTTP, sample="switched off|secret of everybody")
def open_doors() -> None:
    @wrap("automation.loading:check")
    def broken(original: Any, settings: Any) -> None:
        return None


@defect("AUTO-AUTH-05", "The refusal shows the secret", HTTP, sample="does not show")
def secret_shown() -> None:
    @wrap("automation.settings:check_length")
    def broken(original: Any, secret: Any) -> None:
        try:
            original(secret)
        except ValueError as error:
            raise ValueError(f"{secret.get_secret_value()}: {error}") from None


@defect("AUTO-LIFE-01", "A data folder that cannot be used is found out later", HTTP, sample="is no folder")
def folder_unchecked() -> None:
    @wrap("automation.server:prepare")
    def broken(original: Any, settings: Any) -> None:
        import tempfile
        from pathlib import Path

        moved = settings.server.model_copy(update={"data_dir": Path(tempfile.mkdtemp())})
        original(settings.model_copy(update={"server": moved}))


@defect("AUTO-LIFE-01", "Whoever is being served at the stop is cut off", HTTP, sample="in flight")
def cut_off() -> None:
    @wrap("chassis.server:run")
    def broken(original: Any, app: Any, listener: Any, stop: Any, **options: Any) -> int:
        import os
        import threading
        import time

        def watch() -> None:
            while not stop.asked:
                time.sleep(0.005)
            os._exit(0)

        threading.Thread(target=watch, daemon=True).start()
        return int(original(app, listener, stop, **options))


@defect("AUTO-LIFE-01", "What a worker had begun when all was killed is done by nobody", HTTP, sample="All is killed")
def begun_and_forgotten() -> None:
    @wrap("automation.store.jobs:sweep")
    def broken(original: Any, *given: Any) -> int:
        return 0

    @wrap("automation.store.jobs:claim")
    def only_new(original: Any, store: Any, job: str, lease_seconds: float) -> Any:
        row = store.one("SELECT state FROM jobs WHERE id = ?", job)
        return None if row and row["state"] == "running" else original(store, job, lease_seconds)
