"""Mistakes in streams: events held back, doubled, misread, ends that are no ends, and calls that go on for nobody."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.gateway.settings import with_settings
from tests.defects.patching import wrap

RELAY = "gateway.streams:relay"
OPENED = "gateway.streams:opened"
FOLLOWING = "gateway.streams:following"
GONE = "gateway.handling:disconnected"


@defect("GW-STREAM-01", "Tokens are sent together at the end", HTTP, sample="one by one")
def tokens_held_back() -> None:
    @wrap(RELAY)
    async def broken(original: Any, stream: Any, upstream: Any, silence: float, counted: Any, send: Any) -> Any:
        kept: list[bytes] = []

        async def keep(data: bytes) -> None:
            kept.append(data)

        ended = await original(stream, upstream, silence, counted, keep)
        await send(b"".join(kept))
        return ended


@defect("GW-STREAM-01", "Each hundredth token is sent twice", HTTP, sample="thousand")
def tokens_doubled() -> None:
    from itertools import count

    numbers = count(1)

    @wrap("gateway.streams:shown")
    def broken(original: Any, data: str, upstream: Any) -> bytes:
        return bytes(original(data, upstream)) * (2 if next(numbers) % 100 == 0 else 1)


@defect("GW-STREAM-01", "A stream ends with two [DONE]", HTTP, sample="one by one|thousand")
def done_twice() -> None:
    @wrap("gateway.sse:event")
    def broken(original: Any, data: str) -> bytes:
        return bytes(original(data)) * (2 if data == "[DONE]" else 1)


@defect("GW-STREAM-02", "Characters that are split over pieces are lost", HTTP, sample="one by one|pieces|together")
def split_characters_lost() -> None:
    @wrap("gateway.sse:EventReader.feed")
    def broken(original: Any, self: Any, received: bytes) -> Any:
        return original(self, received.decode("utf-8", "ignore").encode())


@defect("GW-STREAM-02", "Lines end with LF alone", HTTP, sample="CR LF|together")
def crlf_misread() -> None:
    @wrap("gateway.sse:EventReader._lines")
    def broken(original: Any, self: Any, text: str) -> Any:
        parts = (self._line + text).split("\n")
        self._line = parts.pop()
        return parts


@defect("GW-STREAM-02", "Comments are taken for data", HTTP, sample="comments|together")
def comments_are_data() -> None:
    @wrap("gateway.sse:EventReader._lines")
    def broken(original: Any, self: Any, text: str) -> Any:
        return [f"data{line}" if line.startswith(":") else line for line in original(self, text)]


@defect("GW-STREAM-03", "A stream that broke is ended as if it were complete", HTTP, sample="^The upstream")
def broken_is_complete() -> None:
    @wrap(RELAY)
    async def broken(original: Any, *given: Any) -> Any:
        await original(*given)
        return None


@defect("GW-STREAM-03", "A stream that broke ends without a word", HTTP, sample="breaks off|resets|reports|half")
def broken_is_untold() -> None:
    @wrap("gateway.errors:event")
    def broken(original: Any, error: Any) -> bytes:
        return b""


@defect("GW-STREAM-03", "A stream without [DONE] counts as complete", HTTP, sample="DONE")
def end_without_done_accepted() -> None:
    @wrap(FOLLOWING)
    async def broken(original: Any, *given: Any) -> Any:
        found = await original(*given)
        return "[DONE]" if found is None else found


@defect(
    "GW-STREAM-04", "Streams do not fall back", HTTP, sample="^The first upstream (is|fails|resets the connection --)"
)
def streams_do_not_fall_back() -> None:
    @wrap("gateway.choosing:Router.order")
    def broken(original: Any, self: Any, route: Any) -> Any:
        return original(self, route)[:1]


@defect("GW-STREAM-04", "What fails before the first token is told at once", HTTP, sample="before the first token")
def first_token_not_awaited() -> None:
    @wrap(OPENED)
    async def broken(original: Any, response: Any, upstream: Any, silence: float, counted: Any) -> Any:
        from gateway import sse
        from gateway.streams import Opened

        return Opened([], sse.events(response.aiter_stream()))


@defect("GW-STREAM-04", "After a failure the stream begins again", HTTP, sample="second is well")
def stream_begins_again() -> None:
    @wrap(RELAY)
    async def broken(original: Any, stream: Any, upstream: Any, silence: float, counted: Any, send: Any) -> Any:
        ended = await original(stream, upstream, silence, counted, send)
        if ended is not None:
            for data in stream.held * 3:
                await send(f"data: {data}\n\n".encode())
        return None


@defect("GW-STREAM-05", "A silent stream is waited for", HTTP, sample="falls silent (after|before the first token --)")
def silence_endless() -> None:
    with_settings(lambda config: _changed(config, "timeouts", silence=600.0))


@defect("GW-STREAM-05", "A slow stream is ended although it is not silent", HTTP, sample="in all")
def slow_is_silent() -> None:
    @wrap(RELAY)
    async def broken(original: Any, *given: Any) -> Any:
        import asyncio

        from gateway import errors

        try:
            async with asyncio.timeout(2.0):
                return await original(*given)
        except TimeoutError:
            return errors.stream_silent()


@defect("GW-STREAM-06", "The upstream's call goes on when its caller has gone", HTTP, sample="goes away")
def call_goes_on() -> None:
    @wrap(GONE)
    async def broken(original: Any, receive: Any) -> None:
        import asyncio

        await asyncio.Event().wait()


@defect("GW-STREAM-06", "The upstream's call goes on for two seconds more", HTTP, sample="while tokens come")
def call_goes_on_a_while() -> None:
    @wrap(GONE)
    async def broken(original: Any, receive: Any) -> None:
        import asyncio

        await original(receive)
        await asyncio.sleep(2)


def _changed(config: Any, section: str, **values: Any) -> Any:
    return config.model_copy(update={section: getattr(config, section).model_copy(update=values)})
