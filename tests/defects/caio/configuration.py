"""Mistakes in reading settings and in keeping to them (CAIO-ENV-01, 02, 03 and 05)."""

from __future__ import annotations

import os
from typing import Any

from tests.defects.caio.defect import defect
from tests.defects.patching import wrap


@defect("CAIO-ENV-01", "Development needs a secret as well")
def secret_needed_in_development() -> None:
    @wrap("caio.config:check_production")
    def broken(original: Any, found: Any) -> None:
        from chassis.settings import SettingsProblem

        if found.auth_secret_key is None and found.auth_secret_key_file is None:
            raise SettingsProblem("a secret key is needed", "auth_secret_key", missing=True)
        original(found)


@defect("CAIO-ENV-01", "Authentication is off unless it is switched on, in production too")
def authentication_off_by_default() -> None:
    @wrap("caio.config:Settings.must_authenticate")
    def broken(original: Any, self: Any) -> bool:
        return bool(self.auth_required)


@defect("CAIO-ENV-01", "With its required settings alone CAIO starts and is not healthy")
def unhealthy_without_policies_file() -> None:
    @wrap("caio.api.library:Library.policies_now")
    def broken(original: Any, self: Any) -> Any:
        from chassis.health import ComponentFailed

        if self.policies is None or not self.policies.exists():
            raise ComponentFailed("there is no policies file")
        return original(self)

    @wrap("caio.api.library:Library.read_policies")
    def reading(original: Any, self: Any) -> None:
        return None

    @wrap("caio.api.operations:status_of")
    def ready(original: Any, report: Any) -> int:
        return 200


@defect("CAIO-ENV-02", "Production without a secret uses one that stands in the code")
def default_secret() -> None:
    @wrap("caio.config:check_production")
    def broken(original: Any, found: Any) -> None:
        if found.auth_secret_key is not None or found.auth_secret_key_file is not None:
            original(found)


@defect("CAIO-ENV-02", "A blank secret is as good as any")
def blank_secret() -> None:
    @wrap("caio.config:check_secret")
    def broken(original: Any, value: str) -> None:
        return None


@defect("CAIO-ENV-02", "The error does not say which setting is missing", sample="not set|empty")
def missing_setting_not_named() -> None:
    @wrap("chassis.settings:SettingsError.__init__")
    def broken(original: Any, self: Any, variable: str, problem: str) -> None:
        original(self, "a setting", " is missing or unusable")


@defect("CAIO-ENV-02", "Authentication can be switched off in production")
def authentication_can_be_off() -> None:
    @wrap("caio.config:check_production")
    def broken(original: Any, found: Any) -> None:
        original(found.model_copy(update={"auth_required": None}))


@defect("CAIO-ENV-03", "The default takes the place of a value that cannot be used, but for the port")
def defaults_instead_of_errors() -> None:
    @wrap("chassis.settings:load")
    def broken(original: Any, settings: Any) -> Any:
        from chassis.settings import SettingsError

        while True:
            try:
                return original(settings)
            except SettingsError as error:
                if error.variable == "CAIO_PORT" or os.environ.pop(error.variable, None) is None:
                    raise


@defect("CAIO-ENV-03", "A size of nought means no limit", by_environment=True, sample="CAIO_REGISTRY_SIZE|CAIO_PORT")
def nought_means_no_limit() -> None:
    if os.environ.get("CAIO_REGISTRY_SIZE") == "0":
        del os.environ["CAIO_REGISTRY_SIZE"]


@defect(
    "CAIO-ENV-03",
    "Whatever is not true switches authentication off",
    by_environment=True,
    sample="CAIO_AUTH_REQUIRED|CAIO_PORT",
)
def not_true_is_false() -> None:
    if os.environ.get("CAIO_AUTH_REQUIRED", "true").lower() not in ("true", "false"):
        os.environ["CAIO_AUTH_REQUIRED"] = "false"


@defect("CAIO-ENV-03", "The error names the setting and not its value")
def value_not_named() -> None:
    @wrap("chassis.settings:shown")
    def broken(original: Any, *_rest: Any) -> str:
        return ""

    @wrap("chassis.settings:_lower_first")
    def told(original: Any, text: str) -> str:
        return "it cannot be used"

    @wrap("chassis.cors:check_origin")
    def origin(original: Any, value: str) -> str:
        try:
            return str(original(value))
        except ValueError:
            raise ValueError("expected an origin") from None


@defect("CAIO-ENV-03", "The error shows the token that it complains about", sample="without a role")
def token_shown() -> None:
    @wrap("caio.config:Settings.secrets")
    def broken(original: Any, cls: Any) -> frozenset[str]:
        return frozenset()


@defect("CAIO-ENV-05", "Contract files are read again for every request")
def files_read_every_time() -> None:
    @wrap("caio.store.sources:Aging.due")
    def broken(original: Any, self: Any) -> bool:
        return True


@defect("CAIO-ENV-05", "Contract files are read once and never again", sample="one second")
def files_read_once() -> None:
    @wrap("caio.store.sources:Aging.due")
    def broken(original: Any, self: Any) -> bool:
        return False


@defect("CAIO-ENV-05", "The time in the cache is taken for minutes", sample="one second")
def cached_for_minutes() -> None:
    @wrap("caio.store.sources:Aging.__init__")
    def broken(original: Any, self: Any, ttl: float, *rest: Any) -> None:
        original(self, ttl * 60, *rest)


@defect("CAIO-ENV-05", "A contract file that becomes invalid takes its service away")
def broken_file_removes_service() -> None:
    @wrap("caio.store.sources:read_folder")
    def broken(original: Any, folder: Any) -> Any:
        from caio.store.sources import FolderReading

        return FolderReading(original(folder).contracts)
