"""Decisions that come together are signed and stored together, and nobody is left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from caio.proofs import Signer
from caio.store.database import StoreUnavailable
from caio.store.gathering import Gathering
from caio.store.records import Records


async def keep_all(gathering: Gathering, count: int) -> list[bytes | BaseException]:
    kept = [gathering.keep(f"dec-{number}", b'{"number":%d}' % number) for number in range(count)]
    return await asyncio.gather(*kept, return_exceptions=True)


def test_who_comes_at_the_same_time_shares_a_signature_and_gets_its_own_decision(tmp_path: Path) -> None:
    signed: list[int] = []

    def sign_all(spelled: Sequence[bytes]) -> list[dict[str, Any]]:
        signed.append(len(spelled))
        return Signer().sign_all(spelled)

    records = Records(tmp_path)
    kept = asyncio.run(keep_all(Gathering(records, sign_all), 300))
    records.close()
    assert [each.partition(b",")[0] for each in kept if isinstance(each, bytes)] == [
        b'{"number":%d' % number for number in range(300)
    ]
    assert sum(signed) == 300
    assert max(signed) == 256


def test_a_key_that_fails_is_told_and_what_comes_later_is_served(tmp_path: Path) -> None:
    fails = [True]

    def sign_all(spelled: Sequence[bytes]) -> list[dict[str, Any]]:
        if fails:
            fails.clear()
            raise ValueError("no key")
        return Signer().sign_all(spelled)

    async def twice() -> tuple[list[Any], list[Any]]:
        # What went wrong is for the log; here nobody reads it.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        gathering = Gathering(records, sign_all)
        return await keep_all(gathering, 3), await keep_all(gathering, 3)

    records = Records(tmp_path)
    first, second = asyncio.run(asyncio.wait_for(twice(), 10))
    records.close()
    assert [type(each) for each in first] == [StoreUnavailable] * 3
    assert len({id(each) for each in first}) == 3
    assert [type(each) for each in second] == [bytes] * 3


def test_who_no_longer_waits_holds_nobody_up(tmp_path: Path) -> None:
    async def one_gives_up() -> bytes:
        gathering = Gathering(records, Signer().sign_all)
        impatient = asyncio.create_task(gathering.keep("dec-1", b'{"a":1}'))
        patient = asyncio.create_task(gathering.keep("dec-2", b'{"a":2}'))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        return await patient

    records = Records(tmp_path)
    assert asyncio.run(asyncio.wait_for(one_gives_up(), 10)).startswith(b'{"a":2,')
    records.close()


def test_who_cannot_be_told_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async def one_fails() -> tuple[bytes, bytes, list[str]]:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))

        def fail(_: object) -> None:
            raise RuntimeError("nobody there")

        gathering = Gathering(records, Signer().sign_all)
        gathering.put("dec-1", b'{"a":1}', fail)
        together = await gathering.keep("dec-2", b'{"a":2}')
        return together, await gathering.keep("dec-3", b'{"a":3}'), told

    records = Records(tmp_path)
    together, later, told = asyncio.run(asyncio.wait_for(one_fails(), 10))
    records.close()
    assert together.startswith(b'{"a":2,')
    assert later.startswith(b'{"a":3,')
    assert told == ["a stored decision could not be told"]
