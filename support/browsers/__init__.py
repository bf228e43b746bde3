"""A real browser that opens pages of any origin on this machine alone, and tells what their scripts were given."""

from support.browsers.finding import find, why_not
from support.browsers.session import BrowserSession
from support.browsers.sight import Call, Sight

__all__ = ["BrowserSession", "Call", "Sight", "find", "why_not"]
