"""Web pages of any origin in a real browser, which is started for the first of them and shared by all scenarios."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from support.base.outcomes import Broken
from support.base.settings import Settings
from support.browsers import BrowserResult, BrowserSession, Call
from support.deployments import AuxiliaryServices, RunJournal


class WebPages:
    """Opens pages that call a system under test; each finds the browser as if nobody had used it before."""

    def __init__(self, settings: Settings, auxiliary: AuxiliaryServices) -> None:
        self._settings, self._auxiliary = settings, auxiliary

    def visit(self, origin: str, call: Call) -> BrowserResult:
        """What a page of this origin is given when it makes the call. Raises NotVerified where there is no browser."""
        host = urlsplit(call.url).hostname or ""

        def make(folder: Path, journal: RunJournal) -> BrowserSession:
            return BrowserSession(self._settings, folder, journal, (host,))

        browser = self._auxiliary.get(f"browser-for-{host}", make)
        try:
            return browser.visit(origin, call)
        except Broken:
            browser.close()  # whatever its trouble is, the next scenario is not to have it
            raise
