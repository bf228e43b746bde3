"""The browser's own process: opens pages as it is told on stdin, one JSON object per line, and answers likewise.

Playwright's synchronous API runs an event loop behind the caller's back, so it has this process to itself. It ends, and
the browser with it, when stdin is closed. It is started as a script and imports nothing of the suite.
"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from typing import Any

from playwright.sync_api import Browser, Error, Page, TimeoutError, ViewportSize, sync_playwright

VIEW: ViewportSize = {"width": 800, "height": 450}
CONSOLE = 2000.0
"""Milliseconds that the console may be behind the script."""
TRIES = 5
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--no-proxy-server",
)
"""Keeps the browser to what it is told to open: it fetches, reports and updates nothing of its own."""


def visit(browser: Browser, order: dict[str, Any]) -> dict[str, Any]:
    """Open the page in a profile that nothing was done in before, and have its script make the call."""
    context = browser.new_context(viewport=VIEW)
    try:
        page = context.new_page()
        console: list[str] = []
        page.on("console", lambda message: console.append(message.text))
        open_page(page, order["origin"] + "/")
        seen: dict[str, Any] = page.evaluate("order => call(order)", order["call"])
        if seen["error"] and not console:
            with contextlib.suppress(TimeoutError):
                page.wait_for_event("console", timeout=CONSOLE)  # it tells of every call that failed, maybe later
        picture = base64.b64encode(page.screenshot()).decode()
        return {**seen, "origin": page.evaluate("location.origin"), "console": console, "picture": picture}
    finally:
        context.close()


def open_page(page: Page, address: str) -> None:
    """Open our own page, again where the browser gave up because a network of the machine came or went meanwhile.

    Every container that starts or ends is such a change. Nothing of the system under test is asked for here; a call
    of the page's script is never repeated.
    """
    for _ in range(TRIES - 1):
        try:
            page.goto(address)
        except Error as error:
            if NETWORK_CHANGED not in error.message:
                raise
        else:
            return
    page.goto(address)


def main(executable: str, rules: str, fingerprint: str) -> None:
    """Open the browser, say "ready", and do what is asked for until there is nothing more."""
    told = [*QUIET, f"--host-resolver-rules={rules}", f"--ignore-certificate-errors-spki-list={fingerprint}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=told,
            chromium_sandbox=False,  # root and many a container cannot have one, and it opens our own page alone
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        answer({"ready": browser.version})
        for line in sys.stdin:
            try:
                answer(visit(browser, json.loads(line)))
            except Error as error:
                answer({"failure": error.message})
        browser.close()


def answer(message: dict[str, Any]) -> None:
    """Send one message to the suite."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
