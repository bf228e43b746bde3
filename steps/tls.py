"""Sentences about encrypted connections: certificates, what clients make of them, and the protocols that are spoken."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, equal_to, has_properties, none, starts_with

from support.subjects import tls
from support.subjects.tls import Handshakes
from support.world import vocabulary

vocabulary.register(Certificate=tls.CERTIFICATES)


@given("{system:System} is running with a certificate {certificate:Certificate}")
def run_with_certificate(context: Context, system: str, certificate: str) -> None:
    """A system of the scenario's own is up with this certificate; its users trust the run's authority and no other."""
    tls.run_with(context.world, certificate)


@when("{system:System} is started with a certificate {certificate:Certificate}")
def start_with_certificate(context: Context, system: str, certificate: str) -> None:
    """The system is started with this certificate and its key; whether it comes up is seen afterwards."""
    tls.try_start_with(context.world, certificate)


@when("a user calls over an encrypted connection")
def call_encrypted(context: Context) -> None:
    """A user who verifies certificates asks the system whether it is alive."""
    tls.call(context.world)


@when("a user calls without encryption")
def call_plainly(context: Context) -> None:
    """A user asks the same on the same port, in plain text."""
    tls.call_plainly(context.world)


@when('a client connects that speaks only "{protocol:Words}"')
def connect_with(context: Context, protocol: str) -> None:
    """A client offers this one protocol, with every cipher that it has; it is seen that the offer is really made."""
    context.world.part(Handshakes).last = tls.connect(context.world, protocol)


@then("the connection is encrypted")
def connection_is_encrypted(context: Context) -> None:
    """Where the user's requests went, a client that verifies certificates agrees on an encryption."""
    handshake = tls.connect(context.world)
    assert_that(handshake.agreed, starts_with("TLS "), str(handshake))


@then('the client refuses the certificate, because "{reason:Words}"')
def client_refuses(context: Context, reason: str) -> None:
    """There was no answer, and the client's own library says that this is what is wrong with the certificate."""
    said = context.world.exchange.error or ""
    assert_that(said, tls.refused_because(reason), str(context.world.exchange))


@then('"{protocol:Words}" is spoken from then on')
def protocol_is_spoken(context: Context, protocol: str) -> None:
    """The handshake was completed with this protocol."""
    assert_that(
        context.world.part(Handshakes).last, has_properties(agreed=protocol), str(context.world.part(Handshakes).last)
    )


@then("{system:System} refuses the connection")
def system_refuses(context: Context, system: str) -> None:
    """It was the server that ended the handshake; a client that merely cannot offer the protocol shows nothing."""
    assert_that(
        context.world.part(Handshakes).last,
        has_properties(agreed="", refused_by="server"),
        str(context.world.part(Handshakes).last),
    )


@then("nothing is told to the user")
def nothing_is_told(context: Context) -> None:
    """The call got no answer, not even a refusal that would tell who refuses."""
    assert_that(context.world.exchange.status, none(), f"status; {context.world.exchange}")
    assert_that(context.world.exchange.body, equal_to(b""), f"content; {context.world.exchange}")
