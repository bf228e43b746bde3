"""Mistakes in log-ins, passes and API keys: somebody gets in who should not, or is not told who they are."""

from __future__ import annotations

from typing import Any

from tests.defects.automation.defect import HTTP, defect
from tests.defects.patching import put, wrap


@defect("AUTO-AUTH-01", "Any password is the right one", HTTP, sample="A log-in with a wrong password")
def any_password() -> None:
    @wrap("automation.identity.passwords:matches")
    def broken(original: Any, kept: Any, password: str) -> bool:
        return kept is not None


@defect("AUTO-AUTH-01", "Passwords are compared without regard to case", HTTP, sample="capital letters --")
def password_in_any_case() -> None:
    @wrap("automation.identity.passwords:matches")
    def broken(original: Any, kept: Any, password: str) -> bool:
        return bool(original(kept, password) or original(kept, password.lower()))


@defect("AUTO-AUTH-01", "A name that nobody has is told apart from a wrong password", HTTP, sample="same words")
def unknown_name_told() -> None:
    @wrap("automation.identity.users:Users.log_in")
    def broken(original: Any, self: Any, username: str, password: str, address: str) -> Any:
        from chassis.problems import Problem

        if self.find(username) is None:
            raise Problem("unauthenticated", 401, f"there is no user {username}")
        return original(self, username, password, address)


@defect("AUTO-AUTH-02", "The detailed health is open to everybody", HTTP, sample="Each route")
def details_open() -> None:
    from automation.identity import gate

    put("automation.identity.gate:PUBLIC", gate.PUBLIC | {"/health/detailed"})


@defect("AUTO-AUTH-02", "An API key works after it was revoked", HTTP, sample="revoked")
def revoked_key_works() -> None:
    @wrap("automation.identity.keys:ApiKeys.revoke")
    def broken(original: Any, self: Any, username: str, key_id: str) -> bool:
        return True


@defect("AUTO-AUTH-02", "An API key is compared by its id alone", HTTP, sample="The holder of an API key")
def key_by_its_id() -> None:
    @wrap("automation.identity.keys:ApiKeys.owner")
    def broken(original: Any, self: Any, key: str) -> Any:
        row = self._store.one("SELECT username FROM api_keys WHERE id = ?", key.lower()[3:15])
        return row["username"] if row else None


@defect("AUTO-AUTH-03", "The list shows the API keys of everybody", HTTP, sample="Somebody else")
def keys_of_all() -> None:
    @wrap("automation.identity.keys:ApiKeys.of")
    def broken(original: Any, self: Any, username: str) -> Any:
        return self._store.all("SELECT * FROM api_keys WHERE revoked_at IS NULL")


@defect("AUTO-AUTH-03", "API keys are kept as they are", HTTP, sample="no API key in clear")
def keys_in_clear() -> None:
    @wrap("automation.identity.keys:ApiKeys.digest")
    def broken(original: Any, self: Any, key: str) -> bytes:
        return key.encode()


@defect("AUTO-AUTH-03", "Whoever comes with a pass is called a user", HTTP, sample="asks who it is")
def everybody_a_user() -> None:
    @wrap("automation.identity.users:Users.caller")
    def broken(original: Any, self: Any, username: str, by: str) -> Any:
        import dataclasses

        found = original(self, username, by)
        return found and dataclasses.replace(found, role="user")


def _decoding(**options: Any) -> None:
    @wrap("automation.identity.tokens:Tokens.subject")
    def broken(original: Any, self: Any, token: str) -> str:
        import jwt

        real = jwt.decode

        def lenient(given: str, key: Any, **asked: Any) -> Any:
            changed = {**asked, **{name: value for name, value in options.items() if name != "options"}}
            changed["options"] = {**asked.get("options", {}), **options.get("options", {})}
            return real(given, key, **changed)

        jwt.decode = lenient
        try:
            return str(original(self, token))
        finally:
            jwt.decode = real


@defect("AUTO-AUTH-04", "Signatures of passes are not verified", HTTP, sample="is signed with another secret")
def signature_unverified() -> None:
    _decoding(options={"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True})


@defect("AUTO-AUTH-04", "A pass is good for a minute after it has expired", HTTP, sample="expired a second ago")
def expiry_with_leeway() -> None:
    _decoding(leeway=60)


@defect("AUTO-AUTH-04", "A pass for another audience is good", HTTP, sample="another audience")
def any_audience() -> None:
    _decoding(options={"verify_aud": False, "require": ["exp", "iat", "sub", "iss"]})


@defect("AUTO-AUTH-04", "Each algorithm of the library's family is accepted", HTTP, sample="another algorithm")
def any_algorithm() -> None:
    _decoding(algorithms=["HS256", "HS384", "HS512"])


@defect("AUTO-AUTH-04", "A pass need not expire", HTTP, sample="never expires")
def pass_without_end() -> None:
    put("automation.identity.tokens:REQUIRED", ["sub", "iss", "aud"])
