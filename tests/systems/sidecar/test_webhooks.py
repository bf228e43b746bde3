"""Which addresses are called, and how calls are signed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress

import pytest
from sidecar.webhooks import addresses, model, signature
from sidecar.webhooks.addresses import AddressRefused
from sidecar.webhooks.model import NewWebhook

LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)

REFUSED = [
    "http://10.0.0.1/",
    "http://127.0.0.1/",
    "http://localhost/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data",
    "http://192.168.1.1:8080/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/",
    "http://224.0.0.1/",
    "http://100.64.0.1/",
    "ftp://93.184.215.14/",
    "file:///etc/passwd",
    "http://user:secret@93.184.215.14/",
    "http://",
    "no url",
    "http://93.184.215.14:99999/",
    "http://93.184.215.14/a b",
    "http://no-such-host.invalid/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(addresses.check(url, ()))


def test_a_public_address_may_be_called() -> None:
    target = asyncio.run(addresses.check("https://93.184.215.14/hook", ()))
    assert (target.address, target.port) == ("93.184.215.14", 443)


def test_an_allowed_network_is_allowed_and_no_other() -> None:
    assert asyncio.run(addresses.check("http://127.0.0.1:1/", LOOPBACK)).address == "127.0.0.1"
    with pytest.raises(AddressRefused):
        asyncio.run(addresses.check("http://127.0.0.2:1/", LOOPBACK))


def test_a_refusal_repeats_nothing_of_the_address() -> None:
    with pytest.raises(AddressRefused) as refused:
        asyncio.run(addresses.check("http://user:secret@10.0.0.1/", ()))
    assert "secret" not in str(refused.value)


def test_a_call_is_signed_as_standard_webhooks_says() -> None:
    secret = model.PREFIX + base64.b64encode(b"k" * 32).decode()
    headers = signature.signed(secret, "msg_1", 1_700_000_000, b'{"a": 1}')
    expected = hmac.new(b"k" * 32, b'msg_1.1700000000.{"a": 1}', hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "1700000000")


def test_what_is_told_is_the_same_on_every_try() -> None:
    webhook = model.record_of(NewWebhook(url="https://example.com"), "tenantA")
    trace = {
        "key": "trace#tenantA#x",
        "trace_id": "x",
        "tenant": "tenantA",
        "status": "complete",
        "level": "token",
        "reason": None,
        "ended": 1.5,
    }
    first, second = (model.delivery_of(webhook, trace) for _ in range(2))
    assert (first["key"], first["message"], first["body"]) == (second["key"], second["message"], second["body"])
    assert '"graph":"/v1/traces/x/graph"' in first["body"]


def test_a_webhook_is_shown_without_its_secret() -> None:
    webhook = model.record_of(NewWebhook(url="https://example.com"), "tenantA")
    assert webhook["secret"] not in str(model.shown(webhook))
