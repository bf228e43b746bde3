"""Sentences about log-ins, the passes that they give, and API keys."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import assert_that, empty, equal_to, has_entries, has_item, is_not

from support.domains.automation import api, sessions
from support.domains.automation.sessions import Sessions
from support.subjects import auth
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()))


@given('a log-in has been tried as "{name:Words}" with the right password')
@when('a log-in is tried as "{name:Words}" with the right password')
def log_in(context: Context, name: str) -> None:
    """Somebody logs in by name, with the password that the definition gives this user."""
    sessions.log_in(context.world, name)


@given('a log-in has been tried as "{name:Words}" with the password "{password:Words}"')
@when('a log-in is tried as "{name:Words}" with the password "{password:Words}"')
def log_in_with(context: Context, name: str, password: str) -> None:
    """Somebody logs in by name, with this password, or one made of a right one as the words in brackets say."""
    sessions.log_in(context.world, name, password)


@when('a log-in is tried as "{name:Words}" with the password "{password:Words}" {count:d} times')
def log_in_again(context: Context, name: str, password: str, count: int) -> None:
    """Somebody tries to log in with this password, so often without a pause."""
    for _ in range(count):
        sessions.log_in(context.world, name, password)


@given("a log-in of somebody new has been tried with the right password")
def log_in_as_new(context: Context) -> None:
    """An administrator has made a user, who has logged in."""
    sessions.log_in(context.world, *sessions.make_user(context.world))


@given("an admin has disabled whoever logged in")
def disable(context: Context) -> None:
    """An administrator has disabled the user who logged in last."""
    sessions.disable(context.world)


@when("the holder of the pass lists the leads")
def list_by_pass(context: Context) -> None:
    """The pass that the last log-in gave is shown."""
    api.act(context.world, None, "GET", "leads", headers=sessions.shown(context.world, "the pass"))


@when('a log-in is tried as "{name:Words}" with the right password and the role "{role:Words}"')
def log_in_as_role(context: Context, name: str, role: str) -> None:
    """Somebody logs in and adds a role to what is sent, which nobody asked for."""
    sessions.log_in(context.world, name, role=role)


@then("the pass from the log-in lets its holder list the leads")
def pass_opens(context: Context) -> None:
    """The pass that the log-in gave is shown, and the leads are listed."""
    answer = context.world.http.get(context.world.endpoint("leads"), token=sessions.pass_of(context.world.exchange))
    assert_that(auth.outcome(context.world, answer), equal_to(auth.ALLOWED), f"what the pass opens; {answer}")


@then("the log-in gave no pass")
def gave_no_pass(context: Context) -> None:
    """Nothing in the answer to the log-in looks like a pass."""
    assert_that(sessions.passes_in(context.world.part(Sessions).log_in), empty(), "passes in the answer")


@then("both log-ins are refused in the same words")
def refused_alike(context: Context) -> None:
    """The last two log-ins were refused, and their answers tell nothing that tells them apart."""
    assert_that(sessions.differences(context.world), empty(), "what tells the refusals apart")


@then("the pass from the log-in, if there is one, opens no backup")
def opens_no_backup(context: Context) -> None:
    """A log-in that gave a pass gave none of an administrator."""
    assert_that(sessions.backups_opened(context.world), empty(), "backups opened with the pass from the log-in")


@when("{caller:Caller} calls every route that is not open, such as those of leads")
def call_closed_routes(context: Context, caller: str) -> None:
    """The caller calls each route of the API description that needs a pass, and those that it leaves out."""
    sessions.call_closed_routes(context.world, caller)


@given("{caller:Caller} has made an API key")
@when("{caller:Caller} makes an API key")
def make_key(context: Context, caller: str) -> None:
    """The caller makes an API key, which is shown this once."""
    sessions.make_key(context.world, caller.split()[1])


@given("the API key has been revoked")
def revoke_key(context: Context) -> None:
    """Whoever made the last API key has revoked it."""
    sessions.revoke_key(context.world)


@when("the holder of the API key lists the leads")
def list_by_key(context: Context) -> None:
    """The last API key alone is shown."""
    sessions.by_key(context.world, "leads")


@when("somebody lists the leads with the API key {change}")
def list_by_changed_key(context: Context, change: str) -> None:
    """What is shown was made of the last API key, as the words say."""
    sessions.by_key(context.world, "leads", change)


@when("the holder of the API key asks who it is")
def ask_by_key(context: Context) -> None:
    """The last API key alone is shown, and the API asked who its holder is."""
    sessions.by_key(context.world, "me")


@then('the API says that the caller is "{name:Words}" with the role "{role:Words}"')
def says_who(context: Context, name: str, role: str) -> None:
    """The last answer names the caller, by name and role."""
    told = api.done(context.world.exchange)
    assert_that(told, has_entries(username=name, role=role), "who the caller is")


@then("the list has the API key that was made")
def list_has_key(context: Context) -> None:
    """The last answer lists the last API key, by its id."""
    listed = sessions.listed_keys(context.world.exchange)
    assert_that(listed, has_item(context.world.part(Sessions).key.id), "API keys that are listed")


@then("the list does not have the API key that was made")
def list_lacks_key(context: Context) -> None:
    """The last answer is a list of API keys without the last one."""
    listed = sessions.listed_keys(context.world.exchange)
    assert_that(listed, is_not(has_item(context.world.part(Sessions).key.id)), "API keys that are listed")


@then("the list does not show the API key")
def list_hides_key(context: Context) -> None:
    """Neither the last API key nor the greater part of it stands in the last answer."""
    shown = sessions.parts_shown(context.world, context.world.exchange)
    assert_that(shown, empty(), "parts of the API key that the list shows")


@then("no file of the system holds the API key")
def key_is_not_kept(context: Context) -> None:
    """Neither store, log nor any other file in the data folder holds the last API key as it was shown."""
    held = sessions.holding(context.world, context.world.part(Sessions).key.value)
    assert_that(held, empty(), "files that hold the API key")


@when('somebody lists the leads with a pass that "{how:Words}"')
def list_with_forged(context: Context, how: str) -> None:
    """A pass made of a real one, as the words say, is shown."""
    token = sessions.forged(context.world, how)
    api.act(context.world, None, "GET", "leads", headers={"Authorization": f"Bearer {token}"})
