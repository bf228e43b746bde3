"""Sentences about a system as a container: its image, its health as the engine sees it, its rights, limits and end."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    any_of,
    assert_that,
    contains_inanyorder,
    contains_string,
    empty,
    equal_to,
    greater_than,
    has_length,
    is_not,
    less_than_or_equal_to,
    only_contains,
)

from support.base import documents
from support.checks.basis import enough
from support.subjects import containers
from support.subjects.containers import ContainerSeen
from support.subjects.deployment import StartAttempt
from support.world import vocabulary

vocabulary.register()

LACK_OF_MEMORY = (137, -9)
"""How a process ends that the kernel ends for lack of memory."""


@when("the image of {system:System} is built from the repository")
def build_image(context: Context, system: str) -> None:
    """The container image is built from the sources as they are, and what it holds is looked up."""
    context.world.part(ContainerSeen).image = containers.build(context.world)


@then('the image says that it is "{title:Words}" in the version to be accepted')
def image_says_version(context: Context, title: str) -> None:
    """The image's own labels name the product and the version that is to be accepted."""
    labels = context.world.part(ContainerSeen).image.facts.labels
    assert_that(labels.get("org.opencontainers.image.title"), equal_to(title), "title of the image")
    assert_that(labels.get("org.opencontainers.image.version"), equal_to(context.world.system.version), "its version")


@then("it holds the sources of the repository and no others")
def holds_the_sources(context: Context) -> None:
    """File by file, the image's source files are those of the checkout, by their SHA-256."""
    expected = enough(
        containers.sources(context.world, context.world.part(ContainerSeen).image), "source files in the repository"
    )
    assert_that(context.world.part(ContainerSeen).image.files, equal_to(expected), "source files in the image")


@then('it holds none of the tools "{tools:Words}"')
def holds_no_tools(context: Context, tools: str) -> None:
    """None of these is in the image, neither as a command nor as a package of Python's."""
    assert_that(containers.tools_in(context.world, documents.words(tools)), empty(), "tools in the image")


@given("{system:System} is running in a container")
def run_in_container(context: Context, system: str) -> None:
    """The system is up and ready in a container of this scenario's own, in its default profile."""
    containers.start(context.world)


@given("{system:System} is running in a production container")
def run_in_production_container(context: Context, system: str) -> None:
    """The system is up and ready in a container, with the settings that production requires."""
    containers.start(context.world, containers.PRODUCTION)


@given("{system:System} is running in a production container with its secret key in a mounted file")
def run_with_secret_file(context: Context, system: str) -> None:
    """As in production, but the secret key is no setting: it stands in a file that the container is given to read."""
    containers.start(context.world, containers.PRODUCTION, secret_in_file=True)


@when("{system:System} is started in a production container without its secret key")
def start_without_secret(context: Context, system: str) -> None:
    """A production container is started that was not given its secret key; whether it comes up is seen afterwards."""
    context.world.part(StartAttempt).result = containers.try_start_without_secret(context.world)


@when("its health is watched for {seconds:d} seconds")
def watch_health(context: Context, seconds: int) -> None:
    """Once the engine has found the container healthy, it is asked again and again what it thinks of it."""
    context.world.part(ContainerSeen).states = containers.watch(context.world, seconds)


@then("the engine found it healthy all the time, and never had to start it again")
def was_healthy(context: Context) -> None:
    """At every look the container was running and healthy, and it was never restarted."""
    seen = {(state.status, state.health, state.restarts) for state in context.world.part(ContainerSeen).states}
    assert_that(
        enough(context.world.part(ContainerSeen).states, "looks"), has_length(greater_than(5)), "looks at the container"
    )
    assert_that(seen, equal_to({("running", "healthy", 0)}), "status, health and restarts at every look")


@then("the engine finds it unhealthy")
def is_unhealthy(context: Context) -> None:
    """The engine's own health check of the container fails, as often as it needs to call it unhealthy."""
    containers.await_unhealthy(context.world)


@then("the secret key is in no setting of the container")
def secret_in_no_setting(context: Context) -> None:
    """Neither the engine's account of the container nor the environment of its first process holds the key."""
    seen = containers.settings_seen(context.world)
    assert_that(seen, contains_string(containers.SECRET_PLACE), "what is known of the container")
    assert_that(seen, is_not(contains_string(containers.secret(context.world))), "what is known of the container")


@when("the addresses of its published ports are looked up")
def look_up_addresses(context: Context) -> None:
    """Where the engine has published the container's ports, and where the compose file publishes ports."""
    context.world.part(ContainerSeen).addresses = containers.published(context.world)


@then("each is a loopback address, in the container and in its compose file")
def all_loopback(context: Context) -> None:
    """No port is published where another machine could reach it."""
    addresses = enough(context.world.part(ContainerSeen).addresses, "addresses of published ports")
    assert_that(addresses, has_length(greater_than(1)), "addresses of published ports")
    assert_that(addresses, only_contains("127.0.0.1"), "addresses of published ports")


@when("the container is told to stop")
def stop_container(context: Context) -> None:
    """The engine asks the container to end, and gives it the grace period of its compose file."""
    context.world.part(ContainerSeen).ending = containers.stop(context.world)


@then("it has ended by itself within its grace period")
def has_ended(context: Context) -> None:
    """Its process ended with success, and nobody had to kill it."""
    ending = context.world.part(ContainerSeen).ending
    context.world.evidence.observation("time to stop", round(ending.seconds, 2), ending.grace, "s", 1)
    assert_that(ending.notes, empty(), "what had to be done to it")
    assert_that(ending.exit_code, equal_to(0), "exit code")


@when("one looks inside the container")
def look_inside(context: Context) -> None:
    """A program inside the container tells what runs there, with which rights, and what it can write."""
    context.world.part(ContainerSeen).inside = containers.look_inside(context.world)


@then("every process runs as an unprivileged user")
def all_unprivileged(context: Context) -> None:
    """No process has the superuser's number or group, as itself or in reserve."""
    assert_that(
        context.world.part(ContainerSeen).inside.processes, has_length(greater_than(1)), "processes in the container"
    )
    assert_that(
        containers.privileged(context.world.part(ContainerSeen).inside),
        empty(),
        "processes with the superuser's rights",
    )


@then("no process has a capability, or can gain one")
def none_capable(context: Context) -> None:
    """Every set of capabilities is empty, also the bounding set, and the kernel lets no process gain privileges."""
    assert_that(
        containers.capable(context.world.part(ContainerSeen).inside),
        empty(),
        "processes that have or can gain a capability",
    )


@then('it can write "{some:Words}" and none of "{none:Words}"')
def can_write(context: Context, some: str, none: str) -> None:
    """Of these folders a process in the container could make a file in the first ones and in no other."""
    tried = [*documents.words(some), *documents.words(none)]
    able = [folder for folder in context.world.part(ContainerSeen).inside.writable if folder in tried]
    assert_that(set(tried) - set(containers.FOLDERS), empty(), "folders that nobody tried")
    assert_that(able, contains_inanyorder(*documents.words(some)), "folders that can be written")


@when("a process in the container asks for more memory than the limit")
def ask_for_memory(context: Context) -> None:
    """A program inside the container fills more memory than its compose file allows the container."""
    context.world.part(ContainerSeen).exit_code = containers.ask_for_too_much_memory(context.world)


@then("that process is ended for lack of memory")
def ended_for_memory(context: Context) -> None:
    """The kernel ended that very process."""
    assert_that(
        context.world.part(ContainerSeen).exit_code, any_of(*map(equal_to, LACK_OF_MEMORY)), "how the process ended"
    )


@when("{count:d} processes in the container never rest for {seconds:d} seconds")
def never_rest(context: Context, count: int, seconds: int) -> None:
    """So many programs inside the container take all the processor time that they are given."""
    context.world.part(ContainerSeen).share = containers.never_rest(context.world, count, seconds)


@then("they got no more processor time than the limit")
def got_no_more(context: Context) -> None:
    """By the engine's own count, the container used no more of the processors than its compose file allows it."""
    share = context.world.part(ContainerSeen).share
    context.world.evidence.observation("processors used", round(share.used, 2), round(share.allowed, 2), "", 1)
    assert_that(share.used, all_of(greater_than(0.01), less_than_or_equal_to(share.allowed)), "processors used")
