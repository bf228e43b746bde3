"""Addresses: unusable ones are told in one sentence, and a password in one is never written anywhere."""

from __future__ import annotations

import pytest

from support.base import addresses
from support.base.outcomes import UsageError
from support.base.settings import from_userdata
from support.base.systems import System
from support.deployments import RemoteDeployment
from support.http import HttpClient
from tests.support.guarded import PASSWORD, guarded

__all__ = ["guarded"]


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("https://me:secret@host/path", "https://…@host/path"),
        ("signoff accept --url http://token@host:80 --jobs 2", "signoff accept --url http://…@host:80 --jobs 2"),
        ("http://host/a@b", "http://host/a@b"),
        ("http://me:p@ss@host", "http://…@host"),
        ("no such file: ../http:/me:secret@host", "no such file: ../http:/…@host"),
        ("features/caio/cors.feature:12@http", "features/caio/cors.feature:12@http"),
    ],
)
def test_credentials_in_an_address_are_left_out(text: str, without: str) -> None:
    assert addresses.shown(text) == without


@pytest.mark.parametrize(
    "url",
    [
        *("caio.example.org", "ftp://me:hidden@host", "http://", "http:///path", "http://me:hidden@", "//host"),
        *("http://[::1", "http://host:99999", "http://host:many", "http://host:0", "http://me:hidden@host:-1"),
        *("http://a b", "http://host/a b", "http://host\n", "http://me:hid\tden@host", "http://a..b", "http://host\\x"),
        *("http://me:hid/den@host", "http://me:hid?den@host", "http://me:hid#den@host", "http://host/?hidden=1"),
        *("http://" + "a" * 300, "http://\ud800", "http://ho\u2100st", "http://\x00", "\u0661http://host", ""),
    ],
)
def test_an_unusable_address_gets_one_sentence_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        from_userdata({"url": url}, [])
    said = str(refused.value)
    assert said.startswith("the URL is unusable: it")
    assert said.endswith("give one like https://caio.example.org")
    assert "hid" not in said
    assert "den" not in said


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1:8080",
            "https://caio.example.org/",
            "https://host/base/path",
            "http://[::1]:80/",
            "HTTP://Host",
        ),
        *(
            "http://me:pass@host",
            "http://token@host",
            "http://bücher.example",
            "http://me:p%40ss@host:1/x",
            "http://a_b",
        ),
    ],
)
def test_a_usable_address_is_taken_as_it_is(url: str) -> None:
    assert from_userdata({"url": url}, []).url == url


def test_what_is_secret_in_an_address() -> None:
    assert addresses.secrets(f"http://me:{PASSWORD}@host") == [PASSWORD, "s3cr3t@word"]
    assert addresses.secrets("http://token@host") == ["token"]
    assert addresses.secrets("http://host") == []
    assert addresses.public(f"http://me:{PASSWORD}@host:1/x") == "http://host:1/x"
    assert from_userdata({"url": "http://me:x@host/"}, []).public_url == "http://host/"


def test_the_password_is_used_and_no_exchange_shows_it(guarded: str) -> None:
    client = HttpClient(guarded, lambda _: None)
    answer = client.get("/health")
    client.close()
    assert answer.status == 200
    assert "@" not in answer.url


def test_a_deployment_tells_where_it_is_without_the_password() -> None:
    tiny = System.model_validate(
        {"name": "tiny", "says": "Tiny", "title": "Tiny", "version": "1", "deployments": {}, "endpoints": {}}
    )
    remote = RemoteDeployment(tiny, f"http://me:{PASSWORD}@127.0.0.1:9")
    with pytest.raises(UsageError, match=r"Tiny is not ready at http://127\.0\.0\.1:9 ") as refused:
        remote.start()
    assert "s3cr3t" not in str(refused.value)
    assert set(remote.secrets()) == {PASSWORD, "s3cr3t@word"}
