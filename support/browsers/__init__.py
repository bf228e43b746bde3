"""A real browser that opens pages of any origin on this machine alone, and tells what their scripts were given."""

from support.browsers.finding import find, why_not
from support.browsers.result import BrowserResult, Call
from support.browsers.session import BrowserSession

__all__ = ["BrowserResult", "BrowserSession", "Call", "find", "why_not"]
