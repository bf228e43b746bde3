"""Each fault of a store takes effect on real clients, is healed, and says what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from support.base.outcomes import Broken, NotVerified
from support.deployments.stores import EmbeddedStore, PostgreSQL, Redis
from support.faults import BLACKHOLE, Fault, Killed, NetworkFault, Restarted, answer_with
from support.faults.stores import (
    CredentialsChanged,
    FullStore,
    NoConnectionsLeft,
    StoreFault,
    StoreProxy,
    refusing_store,
    slow_store,
)
from tests.support.deployments.stores.clients import BIG, Client, client_of

PATIENCE = 60.0
LATE = 0.3


@pytest.fixture
def proxy(store: EmbeddedStore) -> Iterator[StoreProxy]:
    with StoreProxy(store) as proxy:
        yield proxy


def kinds(fault: Fault) -> list[str]:
    return [event.kind for event in fault.journal]


def said(fault: Fault) -> str:
    return next(event.what for event in fault.journal if event.kind == "observed")


COMPLETE = ["steady", "observed", "injected", "healed", "steady"]


def test_a_full_store_refuses_to_write_and_goes_on_reading(store: EmbeddedStore, client: Client) -> None:
    client.write("before")
    with FullStore(store, settle=PATIENCE) as fault:
        with pytest.raises(client.Refused, match=r"No space left on device|used memory > 'maxmemory'"):
            client.write(BIG)
        assert client.read() == "before"
    client.write("after")
    assert client.read() == "after"
    assert kinds(fault) == COMPLETE
    assert ("53100" if store.kind == "postgresql" else "maxmemory") in said(fault)


def test_a_full_store_that_died_of_it_is_healed(store: EmbeddedStore) -> None:
    with FullStore(store, settle=PATIENCE):
        store.kill()
    assert store.probe().ok


def test_a_store_without_a_disk_of_its_own_is_not_filled(make: Callable[..., EmbeddedStore]) -> None:
    store = make(PostgreSQL)
    store.start()
    with pytest.raises(NotVerified, match="declare its size"), FullStore(store, settle=PATIENCE):
        pytest.fail("nothing was filled")


def test_a_store_without_connections_ends_those_it_has(store: EmbeddedStore, client: Client) -> None:
    client.write("before")
    with NoConnectionsLeft(store, settle=PATIENCE) as fault:
        with pytest.raises((client.Refused, OSError)):
            client.read()
        with pytest.raises(client.Refused, match=r"too many connections|max number of clients"):
            client_of(store.kind, store.url).read()
    with client_of(store.kind, store.url) as again:
        assert again.read() == "before"
    assert kinds(fault) == COMPLETE


def test_after_the_credentials_have_changed_only_the_new_ones_serve(store: EmbeddedStore, client: Client) -> None:
    client.write("before")
    with CredentialsChanged(store, settle=PATIENCE) as fault:
        with pytest.raises((client.Refused, OSError)):
            client.read()
        with pytest.raises(client.Refused, match="password"):
            client_of(store.kind, store.url).read()
        new = fault.url
        with client_of(store.kind, new) as renewed:
            assert renewed.read() == "before"
    assert not store.probe(new).ok
    assert store.probe().ok
    assert kinds(fault) == COMPLETE
    assert any(secret in new for secret in store.secrets())


@pytest.mark.parametrize("kind", [NoConnectionsLeft, CredentialsChanged])
def test_a_limit_is_taken_away_though_the_store_has_died_meanwhile(store: EmbeddedStore, kind: type[Fault]) -> None:
    with kind(store, settle=PATIENCE):  # type: ignore[call-arg,arg-type]
        store.kill()
    assert store.probe().ok


def test_two_faults_of_one_store_are_healed_each_by_itself(store: EmbeddedStore) -> None:
    with CredentialsChanged(store, settle=PATIENCE) as outer:
        with FullStore(store, steady=lambda: store.probe(outer.url).ok, settle=PATIENCE):
            assert not store.probe(outer.url).ok
        assert not store.probe().ok
    assert store.probe().ok


@pytest.mark.parametrize("kind", [Killed, Restarted])
def test_a_store_is_killed_and_restarted_like_any_process(store: EmbeddedStore, kind: type[Fault]) -> None:
    with client_of(store.kind, store.url) as client:
        client.write("before")
        with kind(store, steady=lambda: store.probe().ok, settle=PATIENCE) as fault:  # type: ignore[call-arg,arg-type]
            assert store.running is (kind is Restarted)
            with pytest.raises((client.Refused, OSError)):
                client.read()
    with client_of(store.kind, store.url) as again:
        assert again.read() == "before"
    assert kinds(fault) == ["steady", "injected", "healed", "steady"]


def test_a_slow_store_is_late_with_every_answer(store: EmbeddedStore, proxy: StoreProxy) -> None:
    with slow_store(proxy, LATE, settle=PATIENCE) as fault, client_of(store.kind, proxy.store_url) as client:
        client.write("slowly")
        for _ in range(3):
            started = time.monotonic()
            assert client.read() == "slowly"
            assert time.monotonic() - started >= LATE
    assert kinds(fault) == ["steady", "injected", "healed", "steady"]


def test_a_store_that_refuses_connections_is_reached_again_after_healing(
    store: EmbeddedStore, proxy: StoreProxy
) -> None:
    with refusing_store(proxy, settle=PATIENCE):
        assert "refused" in store.probe(proxy.store_url).said.lower()
        assert store.probe().ok
    assert store.probe(proxy.store_url).ok


def test_a_stores_proxy_swallows_what_it_is_told_to(store: EmbeddedStore, proxy: StoreProxy) -> None:
    with NetworkFault(proxy, BLACKHOLE):
        assert not store.probe(proxy.store_url).ok
    assert store.probe(proxy.store_url).ok


def test_a_stores_proxy_gives_no_answer_of_http(proxy: StoreProxy) -> None:
    with pytest.raises(Broken, match="HTTP status"):
        proxy.behave(answer_with(503))


def test_a_fault_that_has_no_effect_is_broken(make: Callable[..., EmbeddedStore]) -> None:
    class Nothing(StoreFault):
        def _inject(self) -> None:
            self.see_effect()

        def _restore(self) -> None:
            pass

    store = make(Redis)
    store.start()
    with pytest.raises(Broken, match="its effect"), Nothing(store, "does nothing", settle=0.1):
        pytest.fail("it was taken for injected")
