"""How a defect has the gateway understand its configuration otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.defects.patching import wrap


def with_settings(change: Callable[[Any], Any]) -> None:
    """Have the gateway run with what ``change`` makes of its configuration."""

    @wrap("gateway.loading:load")
    def broken(original: Any, *given: Any) -> Any:
        from dataclasses import replace

        loaded = original(*given)
        return replace(loaded, config=change(loaded.config))
