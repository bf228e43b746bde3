"""Settings given for one system alone, and what they leave as it is for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.base.outcomes import UsageError
from support.base.settings import from_userdata

SYSTEMS = ["east", "west"]


def test_a_setting_of_one_system_is_for_that_system_alone() -> None:
    settings = from_userdata({"east.interface": "python", "west.url": "http://127.0.0.1:1"}, SYSTEMS)
    east, west = settings.for_system("east"), settings.for_system("west")
    assert (east.interface, east.url, east.deployment) == ("python", None, "process")
    assert (west.interface, west.url, west.deployment) == ("http", "http://127.0.0.1:1", "remote")
    assert (settings.interface, settings.url, settings.deployment) == ("http", None, "process")


def test_all_systems_have_the_run_and_its_other_settings_in_common() -> None:
    settings = from_userdata({"east.interface": "python", "timeouts.start": "7", "shard": "2"}, SYSTEMS)
    for name in SYSTEMS:
        own = settings.for_system(name)
        assert (own.run_id, own.shard, own.timeouts.start) == (settings.run_id, "2", 7.0)


def test_every_system_has_reports_of_its_own_in_the_folder_that_is_given() -> None:
    settings = from_userdata({"east.interface": "python", "reports": "there"}, SYSTEMS)
    for name in SYSTEMS:
        own = settings.for_system(name)
        assert (own.reports, own.results) == (Path("there") / name, Path("there") / name / "allure-results")
        assert own.scratch == Path("there") / name / "run" / settings.run_id
        assert own.for_system(name) is own
        assert own.all_reports == settings.all_reports == Path("there")


@pytest.mark.parametrize("order", [("interface", "east.interface"), ("east.interface", "interface")])
def test_a_setting_of_one_system_beats_that_of_all_wherever_it_stands(order: tuple[str, str]) -> None:
    given = {"interface": "python", "east.interface": "http"}
    settings = from_userdata({name: given[name] for name in order}, SYSTEMS)
    assert settings.for_system("east").interface == "http"
    assert settings.for_system("west").interface == "python"


def test_an_unusable_setting_of_one_system_is_told_by_its_whole_name() -> None:
    with pytest.raises(UsageError, match=r"setting -D east.interface='grpc' is unusable"):
        from_userdata({"east.interface": "grpc"}, SYSTEMS)


def test_without_settings_of_its_own_a_system_has_those_of_all() -> None:
    settings = from_userdata({"timeouts.start": "7"}, SYSTEMS)
    own = settings.for_system("east")
    assert own.model_dump(exclude={"reports"}) == settings.model_dump(exclude={"reports"})
