"""Mistakes that show under load: failures, slowness, misses that are none, workers that are strangers."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import wrap

PAGE = "automation.store.leads:Leads.page"


def _slow_lists(seconds: float) -> None:
    @wrap(PAGE)
    def broken(original: Any, self: Any, *given: Any) -> Any:
        import time

        time.sleep(seconds)
        return original(self, *given)


def _failing_lists() -> None:
    import itertools

    counted = itertools.count(1)

    @wrap(PAGE)
    def broken(original: Any, self: Any, *given: Any) -> Any:
        if next(counted) % 4 == 0:
            raise RuntimeError("the list cannot be made")
        return original(self, *given)


@defect("AUTO-LOAD-01", "Each fourth list of leads fails", HTTP, sample="The stress run")
def lists_fail() -> None:
    _failing_lists()


@defect(
    "AUTO-LOAD-01", "The administrator's password is another one than callers were given", HTTP, sample="wrong password"
)
def any_password_at_log_in() -> None:
    @wrap("automation.identity.passwords:matches")
    def broken(original: Any, kept: Any, password: str) -> bool:
        return kept is not None


@defect("AUTO-LOAD-02", "A list of leads takes nearly a second", HTTP)
def lists_are_slow() -> None:
    _slow_lists(0.9)


@defect("AUTO-LOAD-03", "What is not there is answered by an empty success", HTTP, sample="The stress run")
def misses_succeed() -> None:
    @wrap("chassis.problems:from_http")
    def broken(original: Any, status: int, detail: str, headers: Any = None) -> Any:
        problem = original(status, detail, headers)
        problem.status = 200 if status == 404 else status
        return problem


@defect("AUTO-LOAD-03", "A bad lead is taken", HTTP, sample="told apart")
def bad_lead_taken() -> None:
    import re

    from tests.defects.patching import put

    put("automation.leads:EMAIL", re.compile(r".*"))


@defect("AUTO-LOAD-04", "With several workers no list of leads can be made", HTTP)
def lists_fail_with_workers() -> None:
    @wrap(PAGE)
    def broken(original: Any, self: Any, *given: Any) -> Any:
        from automation import loading

        if loading.load().server.workers > 1:
            raise RuntimeError("the list cannot be made")
        return original(self, *given)


@defect("AUTO-LOAD-05", "Each fourth list of leads fails, however few users there are", HTTP)
def fails_for_the_first_users() -> None:
    _failing_lists()


@defect("AUTO-FULL-01", "Nobody is ever told to wait", HTTP)
def no_limit_under_load() -> None:
    @wrap("automation.identity.limits:SharedLimiter.hit")
    def broken(original: Any, self: Any, who: str) -> Any:
        from chassis.rate_limit import Verdict

        return Verdict(True)


@defect("AUTO-FULL-01", "The limit is one for all users together", HTTP)
def all_users_limited() -> None:
    @wrap("automation.identity.limits:SharedLimiter.hit")
    def broken(original: Any, self: Any, who: str) -> Any:
        return original(self, "everybody")


@defect("AUTO-SCALE-01", "All workers deliver one lead at a time", HTTP, sample="Deliveries to")
def one_delivery_at_a_time() -> None:
    @wrap("automation.crm.client:CrmClient.deliver")
    def broken(original: Any, self: Any, key: str, lead: Any) -> Any:
        import fcntl
        import os
        from pathlib import Path

        with (Path(os.environ["AUTOMATION_DATA_DIR"]) / "one.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return original(self, key, lead)


@defect(
    "AUTO-SCALE-01", "A worker knows only the API keys that it has made itself", HTTP, sample="that one worker made"
)
def keys_by_worker() -> None:
    made: set[str] = set()

    @wrap("automation.identity.keys:ApiKeys.make")
    def making(original: Any, self: Any, *given: Any) -> Any:
        found = original(self, *given)
        made.add(found.key)
        return found

    @wrap("automation.identity.keys:ApiKeys.owner")
    def broken(original: Any, self: Any, key: str) -> Any:
        return original(self, key) if key in made else None


@defect("AUTO-SCALE-01", "A pass is good for the worker alone that gave it", HTTP, sample="A pass from one worker")
def passes_by_worker() -> None:
    @wrap("automation.identity.tokens:Tokens.__init__")
    def broken(original: Any, self: Any, settings: Any) -> None:
        import os

        original(self, settings)
        self._keys = {kid: f"{secret}{os.getpid()}" for kid, secret in self._keys.items()}


@defect("AUTO-SCALE-01", "A worker goes on with an API key that another has revoked", HTTP, sample="revoked")
def revoked_by_worker() -> None:
    revoked: set[str] = set()

    @wrap("automation.identity.keys:ApiKeys.revoke")
    def revoking(original: Any, self: Any, username: str, key_id: str) -> bool:
        revoked.add(key_id)
        return True

    @wrap("automation.identity.keys:ApiKeys.owner")
    def broken(original: Any, self: Any, key: str) -> Any:
        return None if key[3:15] in revoked else original(self, key)
