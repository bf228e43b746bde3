"""The web pages of one scenario, in a real browser: started for the first of them, ended with the scenario."""

from __future__ import annotations

from urllib.parse import urlsplit

from support.browsers import BrowserSession, Call, Sight
from support.deployments import LeasePool
from support.settings import Settings


class WebPages:
    """Opens pages that call a system under test."""

    def __init__(self, settings: Settings, pool: LeasePool) -> None:
        self._settings, self._pool = settings, pool
        self._browser: BrowserSession | None = None
        self._reached: str | None = None

    def visit(self, origin: str, call: Call) -> Sight:
        """What a page of this origin is given when it makes the call. Raises NotVerified where there is no browser."""
        host = urlsplit(call.url).hostname or ""
        if self._browser is None or self._reached != host:
            self.close()
            self._browser, self._reached = self._started(host), host
        return self._browser.visit(origin, call)

    def close(self) -> None:
        """End the browser, if there is one."""
        if self._browser is not None:
            self._browser.close()
            self._browser = None

    def _started(self, host: str) -> BrowserSession:
        folder, journal = self._pool.workplace("browser")
        browser = BrowserSession(self._settings, folder, journal, (host,))
        try:
            browser.start()
        except BaseException:
            browser.close()
            raise
        return browser
