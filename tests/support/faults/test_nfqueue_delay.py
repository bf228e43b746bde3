"""The program that holds packets back speaks the kernel's language, and lets each packet go after its time."""

from __future__ import annotations

import ast
import struct
import sys
from pathlib import Path

import pytest

from support.faults import nfqueue_delay
from support.faults.nfqueue_delay import Waiting


def handed_over(*numbers: int) -> bytes:
    """What the kernel sends for packets of these numbers: another attribute first, then the one with the number."""
    together = b""
    for number in numbers:
        attributes = nfqueue_delay.attribute(9, b"x") + nfqueue_delay.attribute(
            1, struct.pack(">IHB", number, 0x800, 1)
        )
        body = struct.pack(">BBH", 2, 0, 7) + attributes
        together += struct.pack("=IHHII", 16 + len(body), 3 << 8, 0, 0, 0) + body
    return together


def refusal(error: int) -> bytes:
    return struct.pack("=IHHII", 36, 2, 0, 0, 0) + struct.pack("=i", -error) + bytes(16)


def test_packets_are_read_by_their_numbers() -> None:
    assert list(nfqueue_delay.packets(handed_over(1, 2, 70_000))) == [1, 2, 70_000]


@pytest.mark.parametrize("received", [b"", b"\0" * 7, b"\0" * 64, refusal(1), handed_over(5)[:18]])
def test_what_hands_over_no_packet_is_passed_over(received: bytes) -> None:
    assert list(nfqueue_delay.packets(received)) == []


def test_a_verdict_names_the_packet_and_lets_it_go() -> None:
    sent = nfqueue_delay.verdict(7, 70_000)

    assert struct.unpack_from("=IHH", sent) == (len(sent), 3 << 8 | 1, 1)
    assert struct.unpack_from(">H", sent, 18) == (7,)
    assert struct.unpack_from(">II", sent, 24) == (1, 70_000)


def test_each_request_of_the_setting_up_asks_for_an_acknowledgement() -> None:
    assert [struct.unpack_from("=H", each, 6)[0] & 4 for each in nfqueue_delay.setting_up(7)] == [4, 4, 4]


def test_an_acknowledgement_is_no_refusal() -> None:
    nfqueue_delay.check(refusal(0))
    with pytest.raises(OSError, match="the kernel refuses the queue"):
        nfqueue_delay.check(refusal(1))


def test_packets_are_due_after_their_time_and_in_its_order() -> None:
    waiting = Waiting(2.0)
    waiting.hold(1, now=10.0)
    waiting.hold(2, now=10.5)

    assert waiting.rest(now=11.0) == pytest.approx(1.0)
    assert list(waiting.due(now=11.9)) == []
    assert list(waiting.due(now=12.4)) == [1]
    assert list(waiting.due(now=12.5)) == [2]
    assert waiting.rest(now=13.0) is None


def test_jitter_stays_within_its_bounds_and_never_lets_a_packet_go_before_it_came() -> None:
    waiting = Waiting(0.1, jitter=0.5)
    for number in range(200):
        waiting.hold(number, now=0.0)

    assert waiting.rest(now=0.0) == 0.0
    assert len(list(waiting.due(now=0.6))) == 200


def test_it_runs_where_there_is_nothing_but_python() -> None:
    tree = ast.parse(Path(nfqueue_delay.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert {str(module).partition(".")[0] for module in modules} <= sys.stdlib_module_names
