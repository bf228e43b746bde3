"""Mistakes in where requests go, how they are shared, and in what arrives there."""

from __future__ import annotations

from typing import Any

from tests.defects.gateway.defect import HTTP, defect
from tests.defects.patching import wrap

ENCODED = "gateway.calling:Outgoing.encoded"
STRATEGY = "gateway.choosing:Router._by_strategy"
ORDER = "gateway.choosing:Router.order"
MODELS = "gateway.choosing:Router.models"


def _sending(change: Any) -> None:
    """Change the body that goes upstream."""

    @wrap(ENCODED)
    def broken(original: Any, self: Any, model: str) -> Any:
        from dataclasses import replace

        return original(replace(self, body=change(dict(self.body))), model)


@defect("GW-ROUTE-01", "Upstreams are asked by the caller's name for the model", HTTP, sample="^The plain model")
def model_not_translated() -> None:
    @wrap(ENCODED)
    def broken(original: Any, self: Any, model: str) -> Any:
        return original(self, self.body["model"])


@defect("GW-ROUTE-01", "All upstreams are asked with the key of the first", HTTP, sample="model -- @1")
def one_key_for_all() -> None:
    @wrap("gateway.loading:upstream_keys")
    def broken(original: Any, *given: Any) -> Any:
        found = original(*given)
        return dict.fromkeys(found, next(iter(found.values())))


@defect("GW-ROUTE-01", "A model is also served by upstreams of its neighbour", HTTP, sample="several models|weighted")
def upstreams_mixed_up() -> None:
    @wrap(ORDER)
    def broken(original: Any, self: Any, route: Any) -> Any:
        from itertools import count

        self.turn = getattr(self, "turn", None) or count()
        others = [each for name in self.models() for each in self.find(name).own]
        return [others[next(self.turn) % len(others)], *original(self, route)]


@defect("GW-ROUTE-02", "An unknown model is taken for the first that there is", HTTP, sample="A model named|stream of")
def unknown_model_served() -> None:
    @wrap("gateway.choosing:Router.find")
    def broken(original: Any, self: Any, model: str) -> Any:
        return original(self, model) or original(self, self.models()[0])


@defect("GW-ROUTE-02", "An unknown model is called a malformed request", HTTP, sample="A model named|stream of")
def unknown_model_malformed() -> None:
    @wrap("gateway.errors:no_such_model")
    def broken(original: Any, model: str) -> Any:
        made = original(model)
        made.status = 400
        return made


@defect("GW-ROUTE-03", "Weights count for nothing", HTTP, sample="Two hundred requests")
def weights_ignored() -> None:
    @wrap("gateway.choosing:by_weight")
    def broken(original: Any, candidates: Any) -> Any:
        return sorted(candidates, key=lambda each: each.upstream.asked)


@defect("GW-ROUTE-03", "An upstream of weight 0 gets the rest", HTTP, sample="Two hundred")
def weight_0_served() -> None:
    @wrap("gateway.choosing:Route.__init__")
    def broken(original: Any, self: Any, name: str, entry: Any, upstreams: Any) -> None:
        weights = tuple(max(1, weight) for weight in entry.weights)
        original(self, name, entry.model_copy(update={"weights": weights}), upstreams)


@defect("GW-ROUTE-04", "The first of equal upstreams gets everything", HTTP, sample="requests|streams")
def first_takes_all() -> None:
    @wrap(STRATEGY)
    def broken(original: Any, self: Any, route: Any) -> Any:
        return list(route.own)


@defect("GW-ROUTE-04", "How busy an upstream is counts for nothing", HTTP, sample="half a second")
def busyness_ignored() -> None:
    @wrap(STRATEGY)
    def broken(original: Any, self: Any, route: Any) -> Any:
        if route.entry.strategy != "least-busy":
            return original(self, route)
        return sorted(route.own, key=lambda each: each.upstream.asked)


@defect("GW-ROUTE-05", "The list has a model that nobody can ask for", HTTP)
def model_of_nobody() -> None:
    @wrap(MODELS)
    def broken(original: Any, self: Any) -> Any:
        return [*original(self), "gpt-of-nobody"]

    @wrap("gateway.keys:Caller.opens")
    def opens(original: Any, self: Any, model: str) -> bool:
        return model == "gpt-of-nobody" or bool(original(self, model))


@defect("GW-ROUTE-05", "The list leaves the last model out", HTTP, sample="Every model")
def last_model_left_out() -> None:
    @wrap(MODELS)
    def broken(original: Any, self: Any) -> Any:
        return original(self)[:-1]


@defect("GW-ROUTE-06", "Fields that the gateway does not know are left out", HTTP, sample="nobody|certain|nested")
def unknown_fields_left_out() -> None:
    known = (
        "model",
        "messages",
        "stream",
        "stream_options",
        "max_tokens",
        "temperature",
        "tools",
        "tool_choice",
        "stop",
    )
    _sending(lambda body: {name: value for name, value in body.items() if name in known})


@defect("GW-ROUTE-06", "Values that are false or zero are left out", HTTP, sample="false or zero")
def empty_values_left_out() -> None:
    _sending(lambda body: {name: value for name, value in body.items() if value})


@defect("GW-ROUTE-06", "Letters beyond ASCII are lost", HTTP, sample="languages")
def letters_lost() -> None:
    @wrap(ENCODED)
    def broken(original: Any, self: Any, model: str) -> Any:
        import re

        return re.sub(rb"\\u[0-9a-f]{4}", b"?", original(self, model))


@defect("GW-ROUTE-07", "Inputs are sorted on their way", HTTP, sample="no order|hundred")
def inputs_sorted() -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        given = body.get("input")
        return {**body, "input": sorted(given)} if isinstance(given, list) else body

    _sending(change)


@defect("GW-ROUTE-07", "Embeddings come in the order in which they were ready", HTTP, sample="texts")
def embeddings_reversed() -> None:
    @wrap("gateway.calling:whole_of")
    async def broken(original: Any, response: Any, upstream: Any, part: str) -> Any:
        import json
        from dataclasses import replace

        whole = await original(response, upstream, part)
        if part != "data":
            return whole
        value = json.loads(whole.body)
        vectors = [each["embedding"] for each in reversed(value["data"])]
        for each, vector in zip(value["data"], vectors, strict=True):
            each["embedding"] = vector
        return replace(whole, body=json.dumps(value).encode())
