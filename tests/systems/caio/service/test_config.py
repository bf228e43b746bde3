"""Settings: what is accepted, and the one line that ends a start with an unusable value."""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from pathlib import Path

import pytest
from caio import config
from caio.api import create_app
from chassis.settings import SettingsError, unknown_variables

from tests.systems.caio.service.conftest import Open, contract

SECRET = "test-secret-key"


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> config.Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"CAIO_{name}", value)
    return config.load()


def test_production_with_secret_and_origins_starts_and_guards_its_api(open_app: Open) -> None:
    client = open_app(ENV="production", AUTH_SECRET_KEY=SECRET, CORS_ORIGINS="https://example.com")
    assert client.get("/health").json()["status"] == "healthy"
    assert client.get("/api/v1/services").status_code == 401


def test_development_needs_nothing_and_leaves_nothing(open_app: Open, tmp_path: Path) -> None:
    client = open_app()
    assert client.post("/api/v1/services", json=contract()).status_code == 201
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ENV": "production"}, "CAIO_AUTH_SECRET_KEY is missing"),
        ({"ENV": "production", "AUTH_SECRET_KEY": ""}, "CAIO_AUTH_SECRET_KEY is missing"),
        ({"ENV": "production", "AUTH_SECRET_KEY": "       "}, "CAIO_AUTH_SECRET_KEY is unusable"),
        (
            {"ENV": "production", "AUTH_SECRET_KEY": SECRET, "AUTH_REQUIRED": "false"},
            "CAIO_AUTH_REQUIRED='false' is unusable: authentication cannot be switched off",
        ),
        (
            {"ENV": "production", "AUTH_SECRET_KEY": SECRET, "CORS_ORIGINS": "*"},
            "CAIO_CORS_ORIGINS='*' is unusable",
        ),
        ({"ENV": "staging"}, "CAIO_ENV='staging' is unusable: expected 'development' or 'production'"),
        ({"PORT": "0"}, "CAIO_PORT='0' is unusable: expected greater than or equal to 1"),
        ({"PORT": "65536"}, "CAIO_PORT='65536' is unusable"),
        ({"PORT": "http"}, "CAIO_PORT='http' is unusable"),
        ({"HOST": "256.1.1.1"}, "CAIO_HOST='256.1.1.1' is unusable"),
        ({"AUTH_REQUIRED": "maybe"}, "CAIO_AUTH_REQUIRED='maybe' is unusable"),
        ({"LOG_FORMAT": "xml"}, "CAIO_LOG_FORMAT='xml' is unusable"),
        ({"LOG_LEVEL": "loud"}, "CAIO_LOG_LEVEL='loud' is unusable"),
        ({"REGISTRY_SIZE": "0"}, "CAIO_REGISTRY_SIZE='0' is unusable"),
        ({"REGISTRY_SIZE": "1.5"}, "CAIO_REGISTRY_SIZE='1.5' is unusable"),
        ({"CONTRACT_CACHE_TTL": "-1"}, "CAIO_CONTRACT_CACHE_TTL='-1' is unusable"),
        ({"CONTRACT_CACHE_TTL": "nan"}, "CAIO_CONTRACT_CACHE_TTL='nan' is unusable"),
        ({"CONTRACT_CACHE_TTL": "soon"}, "CAIO_CONTRACT_CACHE_TTL='soon' is unusable"),
        ({"RATE_LIMIT": "often"}, "CAIO_RATE_LIMIT='often' is unusable: expected a number per unit of time"),
        ({"RATE_LIMIT": "0/minute"}, "CAIO_RATE_LIMIT='0/minute' is unusable"),
        ({"CORS_ORIGINS": "example.com"}, "CAIO_CORS_ORIGINS='example.com' is unusable"),
        ({"CORS_ORIGINS": "https://example.com/"}, "browsers would send 'https://example.com'"),
        ({"CORS_ORIGINS": "https://*.example.com"}, "contains a wildcard"),
        ({"CORS_ORIGINS": "https://example.com:99999"}, "CAIO_CORS_ORIGINS='https://example.com:99999' is unusable"),
        ({"CONTRACTS_DIR": "/nowhere"}, "CAIO_CONTRACTS_DIR='/nowhere' is unusable"),
        ({"POLICIES_FILE": "/nowhere"}, "CAIO_POLICIES_FILE='/nowhere' is unusable"),
        ({"SIGNING_KEY_FILE": "/nowhere"}, "CAIO_SIGNING_KEY_FILE='/nowhere' is unusable"),
        ({"PROBE_INTERVAL": "0"}, "CAIO_PROBE_INTERVAL='0' is unusable"),
        ({"CIRCUIT_FAILURES": "0"}, "CAIO_CIRCUIT_FAILURES='0' is unusable"),
    ],
)
def test_an_unusable_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, **variables)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("hushhush", "entry 1 is not of the form token:role"),
        ("hushhush:", "entry 1 has no known role"),
        (":admin", "entry 1 is not of the form token:role"),
        ("a1234:admin,hushhush:root", "entry 2 has no known role"),
        ("hush hush:admin", "entry 1 has a token with characters"),
        ("hushhush:admin,hushhush:user", "entry 2 repeats the token"),
    ],
)
def test_unusable_tokens_are_named_by_their_place_only(
    monkeypatch: pytest.MonkeyPatch, tokens: str, message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, AUTH_TOKENS=tokens)
    assert str(refused.value).startswith("CAIO_AUTH_TOKENS is unusable: ")
    assert message in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-mounted-file\n")
    found = load(monkeypatch, ENV="production", AUTH_SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert found.key == b"from-a-mounted-file"


def test_an_unknown_variable_is_pointed_out_with_the_nearest_known_one() -> None:
    warnings = unknown_variables(config.Settings, {"CAIO_CORS_ORIGIN": "x", "CAIO_PORT": "1", "PATH": "/bin"})
    assert warnings == ["CAIO_CORS_ORIGIN is not a setting and has no effect; did you mean CAIO_CORS_ORIGINS?"]


def test_a_data_folder_that_somebody_holds_alone_is_not_used(open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / "caio.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match=r"CAIO_DATA_DIR=.*shares with no other"):
            open_app(DATA_DIR=tmp_path / "data")
    open_app()
    with (tmp_path / "data" / "caio.lock").open("w") as wanted, pytest.raises(BlockingIOError):
        fcntl.flock(wanted, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_data_folder_of_another_schema_is_not_used(open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "caio.db")) as later:
        later.execute("PRAGMA user_version=2")
    with pytest.raises(SettingsError, match=r"CAIO_DATA_DIR=.*is of schema 2, this CAIO reads schema 1"):
        open_app(DATA_DIR=tmp_path / "data")


def test_a_bad_contract_file_ends_the_start_with_its_name_and_field(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text("service_id: a\n")
    monkeypatch.setenv("CAIO_CONTRACTS_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match=r"CAIO_CONTRACTS_DIR=.*bad\.yaml: .*capabilities"):
        create_app()


def test_a_bad_policies_file_ends_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text("- type: wish\n")
    monkeypatch.setenv("CAIO_POLICIES_FILE", str(tmp_path / "policies.yaml"))
    with pytest.raises(SettingsError, match=r"CAIO_POLICIES_FILE=.*policies\[0\]\.type"):
        create_app()


def test_a_damaged_key_file_ends_the_start_and_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nhushhush\n")
    monkeypatch.setenv("CAIO_SIGNING_KEY_FILE", str(tmp_path / "key.pem"))
    with pytest.raises(SettingsError, match="CAIO_SIGNING_KEY_FILE=") as refused:
        create_app()
    assert "hush" not in str(refused.value)
