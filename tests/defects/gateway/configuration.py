"""Mistakes in reading the configuration: what is wrong in it is not noticed, or not named."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

MERGED = "gateway.loading:Sources.merged"


@defect("GW-CONF-01", "Unknown settings are ignored", HTTP, sample="does not exist")
def unknown_settings_ignored() -> None:
    @wrap(MERGED)
    def broken(original: Any, self: Any) -> Any:
        from gateway.config import Server

        found = original(self)
        known = {name: value for name, value in found.get("server", {}).items() if name in Server.model_fields}
        return {**found, "server": known}


@defect("GW-CONF-01", "A secret that is not there is an empty one", HTTP, sample="secret")
def missing_secret_accepted() -> None:
    @wrap("gateway.loading:upstream_keys")
    def broken(original: Any, sources: Any, config: Any, environment: Any) -> Any:
        wanted = {each.key_from: "-" for each in config.upstreams.values() if each.key_from}
        return original(sources, config, {**wanted, **environment})


@defect("GW-CONF-01", "Fallbacks to nowhere are dropped", HTTP, sample="fallback")
def fallback_to_nowhere_accepted() -> None:
    @wrap(MERGED)
    def broken(original: Any, self: Any) -> Any:
        found = original(self)
        for model in found["models"].values():
            model["fallbacks"] = [each for each in model.get("fallbacks", ()) if each in found["models"]]
        return found


@defect("GW-CONF-01", "What is wrong is not named", HTTP)
def nothing_named() -> None:
    @wrap("gateway.server:end")
    def broken(original: Any, message: str) -> Any:
        return original("the configuration cannot be used")
