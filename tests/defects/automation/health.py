"""Mistakes in what health tells, and in what happens without Redis."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import wrap

EXAMINE = "automation.api.operations:examine"
STATE = "automation.queue.link:RedisLink.state"


def _telling(**fields: Any) -> None:
    @wrap(EXAMINE)
    def broken(original: Any, instance: Any) -> Any:
        return {**original(instance), **fields}


@defect("AUTO-HEALTH-01", "Nobody is warned of too many jobs", HTTP, sample="warned of")
def no_warning() -> None:
    _telling(warnings=[])


@defect("AUTO-HEALTH-01", "The depth of the queue is always told as none", HTTP, sample="counted")
def depth_always_none() -> None:
    _telling(queue_depth=0)


@defect("AUTO-HEALTH-01", "The warning comes with the first job", HTTP, sample="below the threshold")
def warning_too_early() -> None:
    _telling(warnings=["the queue is deep"])


@defect("AUTO-HEALTH-01", "Health says what Redis was at the start", HTTP, sample="Redis has died")
def redis_always_ready() -> None:
    _telling(redis="ready")


@defect("AUTO-HEALTH-01", "The version is that of another release", HTTP, sample="All is well")
def other_version() -> None:
    _telling(version="0.9.9")


@defect("AUTO-REDIS-01", "Redis is replaced although it may not be", HTTP, sample="neither replaced nor required")
def replaced_always() -> None:
    @wrap(STATE)
    def broken(original: Any, self: Any) -> str:
        found = original(self)
        return "fallback" if found == "unavailable" else str(found)


@defect("AUTO-REDIS-01", "Nobody asks whether a required Redis is there", HTTP, sample="absent and required")
def required_unchecked() -> None:
    @wrap("automation.server:require_redis")
    def broken(original: Any, settings: Any) -> None:
        return None


@defect("AUTO-REDIS-01", "The replacement is called Redis", HTTP, sample="may be replaced$")
def fallback_called_ready() -> None:
    @wrap(STATE)
    def broken(original: Any, self: Any) -> str:
        found = original(self)
        return "ready" if found == "fallback" else str(found)


@defect("AUTO-REDIS-02", "What Redis has forgotten is not sent again", HTTP, sample="forgets everything")
def forgotten_for_good() -> None:
    @wrap("automation.store.jobs:resend_all")
    def broken(original: Any, store: Any) -> int:
        return 0

    @wrap("automation.store.jobs:sweep")
    def sweeping(original: Any, store: Any, resend_seconds: float) -> int:
        return int(original(store, 1e9))


@defect("AUTO-REDIS-02", "Jobs that could not be sent are lost", HTTP, sample="dies before the work")
def unsent_lost() -> None:
    @wrap("automation.store.jobs:give_back")
    def broken(original: Any, store: Any, ids: Any) -> None:
        return None

    @wrap("automation.store.jobs:resend_all")
    def forgetful(original: Any, store: Any) -> int:
        return 0

    @wrap("automation.store.jobs:sweep")
    def sweeping(original: Any, store: Any, resend_seconds: float) -> int:
        return int(original(store, 1e9))

    @wrap("automation.queue.link:RedisLink.state")
    def blind(original: Any, self: Any) -> str:
        original(self)
        return "ready"


@defect("AUTO-REDIS-02", "No lead is taken while Redis is away", HTTP, sample="taken and read while")
def leads_need_redis() -> None:
    @wrap("automation.store.leads:Leads.add_in")
    def broken(original: Any, self: Any, *given: Any) -> Any:
        from automation import loading
        from automation.queue import link
        from chassis.problems import Problem

        settings = loading.load()
        if link.problem(settings.redis.address, 0.5):
            raise Problem("queue-unavailable", 503, "Redis cannot be reached")
        return original(self, *given)
