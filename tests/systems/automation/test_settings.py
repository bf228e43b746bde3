"""Every refusal of the configuration names the field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from automation import loading
from chassis.settings import SettingsError

PRODUCTION = {
    "AUTOMATION_ENV": "production",
    "AUTOMATION_AUTH_JWT_SECRET": "s" * 32,
    "AUTOMATION_AUTH_ADMIN_PASSWORD": "a-password-of-its-own",
}


def file(folder: Path, **sections: object) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps(sections))
    return path


def test_the_environment_is_over_the_file(tmp_path: Path) -> None:
    path = file(tmp_path, rate_limit={"max_requests": 10, "window_seconds": 30}, server={"port": 1234})
    found = loading.load(path, {"AUTOMATION_RATE_LIMIT_MAX_REQUESTS": "20", "AUTOMATION_PORT": "4321"})
    assert (found.rate_limit.max_requests, found.rate_limit.window_seconds, found.server.port) == (20, 30, 4321)


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    found = loading.load(file(tmp_path, rate_limit={"max_requests": 10}), {"AUTOMATION_RATE_LIMIT_MAX_REQUESTS": ""})
    assert found.rate_limit.max_requests == 10


def test_the_sections_of_the_source_are_understood(tmp_path: Path) -> None:
    found = loading.load(
        file(
            tmp_path,
            crm={
                "api_base_url": "http://localhost:8000/",
                "create_endpoint": "/api/leads",
                "get_endpoint": "/api/leads/{id}",
                "list_endpoint": "/api/leads",
            },
            auth={"enabled": False},
            rate_limit={"enabled": True, "window_seconds": 60, "max_requests": 120},
            redis={
                "host": "localhost",
                "port": 6379,
                "use_fake_redis": False,
                "allow_fallback": True,
                "required": False,
            },
            monitoring={"queue_depth_warn": 1000},
        ),
        {},
    )
    assert found.crm.api_base_url == "http://localhost:8000"
    assert found.crm.active
    assert not found.must_authenticate


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"redis": {"hots": "x"}}, "redis.hots is not a known field; did you mean 'host'"),
        ({"queues": {}}, "queues is not a known field; did you mean 'queue'"),
        ({"crm": {"create_endpoint": "/x"}}, "crm.api_base_url (AUTOMATION_CRM_API_BASE_URL) is missing"),
        ({"crm": {"enabled": True}}, "crm.api_base_url"),
        ({"crm": {"api_base_url": "localhost:8000"}}, "crm.api_base_url is unusable: 'localhost:8000' is not a URL"),
        ({"auth": {"jwt_secret": "short"}}, "auth.jwt_secret is unusable: expected at least 32 bytes"),
        ({"auth": {"users": [{"username": "u", "password": "12345678", "rolle": "x"}]}}, "auth.users.0.rolle"),
        ({"rate_limit": {"max_requests": 0}}, "rate_limit.max_requests is unusable"),
        ({"redis": {"required": True, "use_fake_redis": True}}, "redis.use_fake_redis"),
        ({"server": {"trusted_proxies": ["proxy"]}}, "server.trusted_proxies is unusable: 'proxy'"),
        ({"server": []}, "server is unusable"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, sections: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        loading.load(file(tmp_path, **sections), {})
    assert named in str(refusal.value)


@pytest.mark.parametrize("text", ["{", "[]", "\x00", "[" * 100_000])
def test_a_file_that_is_no_object_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="AUTOMATION_CONFIG"):
        loading.load(path, {})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"AUTOMATION_AUTH_JWT_SECRET": ""}, "AUTOMATION_AUTH_JWT_SECRET"),
        ({"AUTOMATION_AUTH_JWT_SECRET": "automation-development-secret-change-me"}, "auth.jwt_secret"),
        ({"AUTOMATION_AUTH_ADMIN_PASSWORD": ""}, "AUTOMATION_AUTH_ADMIN_PASSWORD"),
        ({"AUTOMATION_AUTH_ADMIN_PASSWORD": "admin123"}, "auth.admin_password"),
        ({"AUTOMATION_AUTH_ENABLED": "false"}, "auth.enabled (AUTOMATION_AUTH_ENABLED)"),
        ({"AUTOMATION_CORS_ORIGINS": "*"}, "server.cors_origins"),
    ],
)
def test_production_refuses_what_would_leave_it_open(change: dict[str, str], named: str) -> None:
    assert loading.load(environment=PRODUCTION).must_authenticate
    with pytest.raises(SettingsError) as refusal:
        loading.load(environment={**PRODUCTION, **change})
    assert named in str(refusal.value)


def test_no_refusal_repeats_a_secret() -> None:
    with pytest.raises(SettingsError) as refusal:
        loading.load(environment={"AUTOMATION_AUTH_JWT_SECRET": "too-short-a-secret"})
    assert "too-short" not in str(refusal.value)


def test_unknown_variables_are_told_of() -> None:
    (line,) = loading.unknown_variables({"AUTOMATION_RATE_LIMIT_MAX": "5", "AUTOMATION_PORT": "1"})
    assert line.startswith("AUTOMATION_RATE_LIMIT_MAX is not a setting")
