"""The exception tree behind the four outcomes of a scenario.

Every scenario ends in one of four ways, and the report never mixes them::

    met           all steps passed
    not met       NotMet (an AssertionError): the product broke its promise
    broken        Broken, or any other error: the suite could not judge
    not verified  NotVerified: this machine or target cannot show it (always with the reason)

Broken covers the suite's own trouble::

    Broken
     ├─ DeploymentFailed   a system did not start, stop or answer while a scenario was being set up
     ├─ WaitedInVain       a precondition did not come true in time
     ├─ NothingToJudge     there was nothing that a promise could have been seen kept or broken by
     └─ UsageError         what the user asked for cannot be done; says what to do instead
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a scenario, and by it a criterion, ended. The values are what the reports print."""

    MET = "met"
    NOT_MET = "not met"
    BROKEN = "broken"
    NOT_VERIFIED = "not verified"


class NotMet(AssertionError):
    """The product broke its promise. Says what was expected, what was seen, and where to look."""


class NotVerified(Exception):
    """This machine or target cannot show the promise. The message is the reason that the owner reads."""


class Broken(Exception):
    """The suite could not judge. Says what was expected, what was seen, and what to do."""


class DeploymentFailed(Broken):
    """A system did not start, stop or answer while a scenario was being set up."""


class WaitedInVain(Broken):
    """A precondition did not come true within its time-out."""


class NothingToJudge(Broken):
    """There was nothing by which a promise could have been seen kept or broken: a pass would be true of any system."""


class UsageError(Broken):
    """What the user asked for cannot be done; the message says what to do instead."""
