"""Sentences about leads: created from whatever is known, read back, listed in pages, changed, and refused."""

from behave import given, then, when
from behave.runner import Context
from hamcrest import (
    all_of,
    assert_that,
    contains_string,
    empty,
    equal_to,
    has_length,
    is_not,
    less_than_or_equal_to,
    only_contains,
)

from support.checks.basis import enough
from support.domains.automation import api, leads
from support.domains.automation.leads import Leads
from support.subjects import auth
from support.world import vocabulary

vocabulary.register(Caller=auth.phrases(vocabulary.identities()))


@given("a user has created a lead with {fields}")
@when("a user creates a lead with {fields}")
def create(context: Context, fields: str) -> None:
    """A user creates a lead of which just these fields are known; it is accepted."""
    leads.create(context.world, leads.fields_of(fields))


@given('a user has created {count:d} leads of the company "{company:Words}"')
def create_of_company(context: Context, count: int, company: str) -> None:
    """A user creates so many leads of a company, each with a first name of its own."""
    leads.create_many(context.world, count, {"company": company})


@given("a user has created {count:d} leads within {seconds:d} seconds")
def create_in_time(context: Context, count: int, seconds: int) -> None:
    """A user creates so many leads, one after the other, and none of it takes long."""
    took = leads.timed(context.world, count)
    assert_that(took, less_than_or_equal_to(seconds), f"seconds in which {count} leads were created")


@when("{count:d} equal leads are created at the same moment")
def create_at_once(context: Context, count: int) -> None:
    """So many equal leads are sent at the same moment, each over a connection of its own."""
    leads.create_at_once(context.world, count)


@when("a user creates {count:d} leads in bulk")
def create_in_bulk(context: Context, count: int) -> None:
    """A user creates so many leads by one call; it is accepted."""
    leads.create_in_bulk(context.world, count)


@when('a user creates {count:d} leads in bulk, of which the third has the e-mail address "{email:Words}"')
def create_bad_in_bulk(context: Context, count: int, email: str) -> None:
    """A user sends so many leads in one call, of which the third is wrong."""
    leads.create_in_bulk(context.world, count, {"email": email})


@when("a user creates a lead that is nested {depth:d} deep")
def create_nested(context: Context, depth: int) -> None:
    """A user sends a lead with a field in which object stands in object, so deep."""
    leads.create_nested(context.world, depth)


@given("an admin of another tenant has created a lead")
def create_elsewhere(context: Context) -> None:
    """The administrator of another tenant creates a lead; it is accepted."""
    leads.create(context.world, {"first_name": "Foreign"}, api.OTHER)


@when("a user changes the lead to {fields}")
@when("a user tries to change the lead to {fields}")
def change(context: Context, fields: str) -> None:
    """A user sends other values of these fields for the last lead."""
    leads.change(context.world, leads.fields_of(fields))


@when("a user asks for the lead of the other tenant")
def ask_for_foreign(context: Context) -> None:
    """A user asks for the other tenant's lead, by its id."""
    foreign = enough(context.world.part(Leads).foreign, "leads of another tenant")[-1]
    api.act(context.world, api.USER, "GET", "leads", f"/{foreign.id}")


@when("a user lists the leads with {field} {value}")
def list_with(context: Context, field: str, value: str) -> None:
    """A user lists the leads, and gives this value for a setting of the list."""
    api.act(context.world, api.USER, "GET", "leads", f"?{field}={value}")


@when("the leads are listed in pages of {size:d}")
def list_all(context: Context, size: int) -> None:
    """A user lists all leads that there are, page after page."""
    leads.list_pages(context.world, size)


@when('the leads of the company "{company:Words}" are listed in pages of {size:d}')
def list_of_company(context: Context, company: str, size: int) -> None:
    """A user lists the leads of this company, page after page."""
    leads.list_pages(context.world, size, company=company)


@then("the lead can be read back as it was written")
def can_be_read(context: Context) -> None:
    """Each field of the last lead that its creator sent is told as it was sent."""
    lead = context.world.part(Leads).last
    assert_that(leads.differences(context.world, lead, lead.fields), empty(), "fields that are told otherwise")


@then("the lead can be read back with {fields}")
def can_be_read_with(context: Context, fields: str) -> None:
    """The last lead has these values of these fields."""
    lead = context.world.part(Leads).last
    wrong = leads.differences(context.world, lead, leads.fields_of(fields))
    assert_that(wrong, empty(), "fields that are told otherwise")


@then("each of the {count:d} leads can be read back by an id of its own")
def can_all_be_read(context: Context, count: int) -> None:
    """So many leads were created, no two have one id, and each is told as it was written."""
    assert_that(leads.lost_among(context.world, count), empty(), "leads that are not as they were written")


@then("each of the {count:d} leads was listed once")
def were_listed_once(context: Context, count: int) -> None:
    """The pages together hold each lead that was created once, and nothing else."""
    assert_that(leads.not_listed_once(context.world), empty(), "leads that were not listed once")
    assert_that(context.world.part(Leads).listed, has_length(count), "leads that were listed")


@then("no page of the leads held more than {size:d}")
def pages_are_small(context: Context, size: int) -> None:
    """Each page held at most so many leads."""
    sizes = [len(page) for page in enough(context.world.part(Leads).pages, "pages")]
    assert_that(sizes, only_contains(less_than_or_equal_to(size)), "leads on the pages")


@then("{count:d} leads were listed")
def were_listed(context: Context, count: int) -> None:
    """The pages together held so many leads."""
    assert_that(context.world.part(Leads).listed, has_length(count), "leads that were listed")


@then("the lead of the other tenant was not listed")
def foreign_is_hidden(context: Context) -> None:
    """No page held the other tenant's lead."""
    foreign = [lead.id for lead in enough(context.world.part(Leads).foreign, "leads of another tenant")]
    seen = [each for each in map(leads.id_in, context.world.part(Leads).listed) if each in foreign]
    assert_that(seen, empty(), "leads of another tenant that were listed")


@given("the leads have been counted")
def have_been_counted(context: Context) -> None:
    """The API was asked how many leads there are."""
    context.world.part(Leads).counted = leads.count(context.world)


@then("there are as many leads as before")
def are_as_many(context: Context) -> None:
    """By the API's own word there are as many leads as when they were counted."""
    assert_that(leads.count(context.world), equal_to(context.world.part(Leads).counted), "leads")


@then('the refusal names the field "{field:Words}" of the lead, list or workflow')
def names_field(context: Context, field: str) -> None:
    """The refusal says which field of the lead, list or workflow was wrong, and is no crash."""
    text = enough(context.world.exchange.text, "words in the answer")
    assert_that(text, all_of(contains_string(field), is_not(contains_string("Traceback"))), "the refusal")
