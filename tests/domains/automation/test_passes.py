"""Forged passes: a library that shares no code with the suite accepts the sound one and refuses each other."""

from __future__ import annotations

import time

import jwt
import pytest

from support.base.outcomes import Broken, NotMet
from support.domains.automation import passes

SECRET = "a-secret-of-more-than-thirty-two-bytes"
NOT_REFUSED_BY_THE_LIBRARY = {"is of a caller whom nobody knows"}
"""Forgeries that only the orchestrator can find out."""


def real() -> str:
    now = int(time.time())
    claims = {"sub": "user", "role": "user", "aud": "api", "iss": "us", "iat": now, "exp": now + 60}
    return jwt.encode(claims, SECRET, "HS256", headers={"kid": "k1"})


def accepted(token: str) -> dict[str, object]:
    kid = jwt.get_unverified_header(token).get("kid")
    key = SECRET if kid == "k1" else "the secret of another key, of more than thirty-two bytes"
    options = {"require": ["exp", "iat", "sub", "aud", "iss"]}
    return jwt.decode(token, key, algorithms=["HS256"], audience="api", issuer="us", options=options)  # type: ignore[arg-type]


def test_the_sound_pass_is_accepted() -> None:
    assert accepted(passes.forged(passes.read(real(), SECRET), "is sound"))["sub"] == "user"


@pytest.mark.parametrize("how", sorted(passes.FORGERIES.keys() - NOT_REFUSED_BY_THE_LIBRARY - {"is sound"}))
def test_each_forgery_is_refused(how: str) -> None:
    with pytest.raises(jwt.PyJWTError):
        accepted(passes.forged(passes.read(real(), SECRET), how))


@pytest.mark.parametrize("how", sorted(NOT_REFUSED_BY_THE_LIBRARY))
def test_what_only_the_orchestrator_can_refuse_is_signed_well(how: str) -> None:
    assert accepted(passes.forged(passes.read(real(), SECRET), how))["sub"] == "nobody"


def test_what_is_no_pass_is_not_met() -> None:
    with pytest.raises(NotMet, match="three parts"):
        passes.read("no pass", SECRET)


def test_an_algorithm_that_cannot_be_forged_is_broken() -> None:
    token = passes.Pass({"alg": "RS256"}, {}, b"").signed()
    with pytest.raises(Broken, match="RS256"):
        passes.read(token, SECRET)


def test_an_unknown_forgery_names_those_there_are() -> None:
    with pytest.raises(Broken, match="is unsigned"):
        passes.forged(passes.read(real(), SECRET), "is forged")
