"""Backups: what is in them, made while CAIO works, and every way in which one is refused."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from caio.__main__ import main
from caio.backup import BackupRefused, archive, back_up, make, restore
from caio.proofs import verify

from tests.systems.caio.service.conftest import Open, Running, contract, until

CHAT = {"intent": {"type": "chat"}}

Saved = tuple[Path, Path]


@pytest.fixture
def saved(open_app: Open, tmp_path: Path) -> Saved:
    """A data folder in use with two services, five decisions and a policy, and a backup of it."""
    folder, to = tmp_path / "data", tmp_path / "caio.backup"
    folder.mkdir()
    (folder / "policies.yaml").write_text("[]\n")
    client = open_app(DATA_DIR=folder)
    for name in ("one", "two"):
        assert client.post("/api/v1/services", json=contract(name)).status_code == 201
    for seed in range(5):
        assert client.post("/api/v1/route", json={**CHAT, "seed": seed}).status_code == 200
    back_up(folder, to)
    return folder, to


def entries(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}


def rewrite(path: Path, parts: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.type = tarfile.REGTYPE if name == "manifest.json" else kind
            tar.addfile(entry, io.BytesIO(content))


def refusal(path: Path, folder: Path) -> str:
    """Why a restore is refused; nothing may be left of the attempt."""
    around = sorted(folder.parent.iterdir())
    with pytest.raises(BackupRefused) as refused:
        restore(path, folder)
    assert sorted(folder.parent.iterdir()) == around
    assert not folder.exists() or not list(folder.iterdir())
    return str(refused.value)


def rows(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("services", "decisions")]
    finally:
        connection.close()


@pytest.mark.parametrize("exists", [True, False])
def test_everything_is_restored(saved: Saved, tmp_path: Path, exists: bool) -> None:
    folder, to = saved
    target = tmp_path / "new" / "data"
    if exists:
        (target / "contracts").mkdir(parents=True)
    manifest = restore(to, target)
    assert (manifest.holds.services, manifest.holds.decisions) == (2, 5)
    for name in ("audit.jsonl", "signing-key.pem", "policies.yaml"):
        assert (target / name).read_bytes() == (folder / name).read_bytes()
    assert rows(target / "caio.db") == rows(folder / "caio.db")
    assert not [path for path in target.rglob(".*")]


def test_only_the_owner_can_read_it_for_it_holds_the_key(saved: Saved, tmp_path: Path) -> None:
    folder, to = saved
    restore(to, tmp_path / "new")
    for path in (to, *(tmp_path / "new").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert entries(to)["signing-key.pem"] == (folder / "signing-key.pem").read_bytes()


def test_files_that_lie_elsewhere_are_found_and_restored_into_the_folder(saved: Saved, tmp_path: Path) -> None:
    folder, _ = saved
    for name in ("signing-key.pem", "policies.yaml"):
        (folder / name).rename(tmp_path / name)
    with pytest.raises(BackupRefused, match=r"no signing key at .*: say where it is with --signing-key"):
        back_up(folder, tmp_path / "without")
    assert not (tmp_path / "without").exists()
    back_up(folder, tmp_path / "with", tmp_path / "signing-key.pem", tmp_path / "policies.yaml")
    assert {"signing-key.pem", "policies.yaml"} <= entries(tmp_path / "with").keys()


def test_what_was_acknowledged_before_is_in_it_however_busy_caio_is(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    running = start()
    services: list[str] = []
    decisions: list[dict[str, Any]] = []
    over = threading.Event()

    def work() -> None:
        for number in range(10_000):
            name = f"s{number}"
            if over.is_set() or running.http.post("/api/v1/services", json=contract(name)).status_code != 201:
                return
            services.append(name)
            decisions.append(running.http.post("/api/v1/route", json={**CHAT, "context": {"n": name}}).json())

    worker = threading.Thread(target=work)
    worker.start()
    until(lambda: len(decisions) >= 30, "thirty decisions are made")
    before, decided = list(services), list(decisions)
    back_up(tmp_path / "data", tmp_path / "caio.backup")
    over.set()
    worker.join()
    running.kill()
    manifest = restore(tmp_path / "caio.backup", tmp_path / "new")
    assert manifest.holds.audit_records >= manifest.holds.services
    again = start(DATA_DIR=tmp_path / "new")
    known = {item["service_id"] for item in again.http.get("/api/v1/services?limit=1000").json()["items"]}
    assert set(before) <= known
    (key,) = again.http.get("/api/v1/keys").json()["keys"]
    contracts = [contract(name) for name in before]
    for decision in decided:
        assert again.http.get(f"/api/v1/decisions/{decision['decision_id']}").json() == decision
    assert verify(decided[0], contracts, key["public_key"]) == []


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "CHUNK", 4)
    source, target = tmp_path / "audit.jsonl", tmp_path / "copy"
    for written, copied in ((b'{"a":1}\n{"b":2}\n{"c"', b'{"a":1}\n{"b":2}\n'), (b'{"a"', b""), (b"", b"")):
        source.write_bytes(written)
        make.copy_audit(source, target)
        assert target.read_bytes() == copied


def test_whatever_byte_changes_it_is_refused_unless_the_content_is_the_same(saved: Saved, tmp_path: Path) -> None:
    _, to = saved
    whole, intact, accepted = to.read_bytes(), entries(to), []
    for place in sorted({*random.Random(7).sample(range(len(whole)), 150), len(whole) - 1}):
        to.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            restore(to, tmp_path / f"new-{place}")
        except BackupRefused:
            assert not (tmp_path / f"new-{place}").exists()
        else:
            accepted.append(place)
            kept = {path.name: path.read_bytes() for path in (tmp_path / f"new-{place}").iterdir()}
            assert kept == {name: content for name, content in intact.items() if name != archive.MANIFEST}
    # The time in the head of a gzip, its hints, and the bits that fill up its last byte mean nothing.
    assert len(accepted) <= 10


def test_no_end_can_be_lost_unnoticed(saved: Saved, tmp_path: Path) -> None:
    _, to = saved
    whole = to.read_bytes()
    for length in (0, 1, 9, 10, 100, len(whole) // 2, len(whole) - 9, len(whole) - 8, len(whole) - 1):
        to.write_bytes(whole[:length])
        assert refusal(to, tmp_path / "new"), f"{length} bytes"


@pytest.mark.parametrize("name", archive.PARTS)
def test_a_part_that_is_missing_or_changed_is_named(saved: Saved, tmp_path: Path, name: str) -> None:
    _, to = saved
    parts = entries(to)
    rewrite(to, {other: content for other, content in parts.items() if other != name})
    assert refusal(to, tmp_path / "new") == f"it is incomplete: {name} is missing"
    rewrite(to, {**parts, name: parts[name][:-1] + b"?"})
    assert refusal(to, tmp_path / "new") == f"it is damaged: {name} is not what it was when the backup was made"
    rewrite(to, {**parts, name: parts[name] + b"?"})
    assert "does not belong" in refusal(to, tmp_path / "new")


def test_a_part_that_its_manifest_forgets_is_missed_as_well(saved: Saved, tmp_path: Path) -> None:
    _, to = saved
    parts = entries(to)
    del parts["audit.jsonl"]
    manifest = json.loads(parts["manifest.json"])
    del manifest["parts"]["audit.jsonl"]
    rewrite(to, {**parts, "manifest.json": json.dumps(manifest).encode()})
    assert refusal(to, tmp_path / "new") == "it is incomplete: audit.jsonl is missing"


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "sub/caio.db", "caio.lock", "./caio.db", "audit.jsonl"])
def test_nothing_is_written_but_known_files_each_once(saved: Saved, tmp_path: Path, name: str) -> None:
    _, to = saved
    with tarfile.open(to) as tar:
        kept = [(entry, file.read()) for entry in tar if (file := tar.extractfile(entry))]
    stranger = tarfile.TarInfo(name)
    stranger.size = 2
    with tarfile.open(to, "w:gz") as tar:
        for entry, content in [*kept, (stranger, b"{}")]:
            tar.addfile(entry, io.BytesIO(content))
    assert refusal(to, tmp_path / "new") == f"{name!r} does not belong into it as its manifest lists it"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_nothing_but_plain_files_is_taken(saved: Saved, tmp_path: Path, kind: bytes) -> None:
    _, to = saved
    rewrite(to, entries(to), kind)
    assert "does not belong" in refusal(to, tmp_path / "new")


def test_what_was_made_by_a_newer_caio_is_refused(saved: Saved, tmp_path: Path) -> None:
    _, to = saved
    parts = entries(to)
    manifest = json.loads(parts["manifest.json"])
    rewrite(to, {**parts, "manifest.json": json.dumps({**manifest, "format": "caio-backup/2"}).encode()})
    assert refusal(to, tmp_path / "new") == "its format is 'caio-backup/2'; this CAIO restores caio-backup/1"
    database = tmp_path / "caio.db"
    database.write_bytes(parts["caio.db"])
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    manifest |= {"schema": 99, "caio": "9.0.0"}
    manifest["parts"]["caio.db"] = {
        "bytes": database.stat().st_size,
        "sha256": archive.part_of(database).sha256,
    }
    rewrite(to, {**parts, "caio.db": database.read_bytes(), "manifest.json": json.dumps(manifest).encode()})
    assert "made by CAIO 9.0.0 with schema 99" in refusal(to, tmp_path / "new")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", gzip.compress(b"hello"), gzip.compress(b"\0" * 20_000)],
    ids=["empty", "text", "packed-text", "packed-nothing"],  # what is packed holds the time, and no name should
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "strange").write_bytes(content)
    assert refusal(tmp_path / "strange", tmp_path / "new")


def test_a_folder_that_holds_anything_is_left_alone(saved: Saved, tmp_path: Path) -> None:
    folder, to = saved
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(BackupRefused, match="is not empty, it holds"):
        restore(to, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    hidden = tmp_path / "other" / "sub"
    hidden.mkdir(parents=True)
    (hidden / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BackupRefused, match="it holds sub/link"):
        restore(to, tmp_path / "other")


def test_an_archive_that_is_there_is_not_replaced(saved: Saved) -> None:
    folder, to = saved
    before = to.read_bytes()
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(folder, to)
    assert to.read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(saved: Saved, tmp_path: Path) -> None:
    folder, _ = saved
    out = tmp_path / "out"
    out.mkdir()
    (folder / "caio.db").write_bytes(b"no database at all" * 100)
    for name in ("caio.db-wal", "caio.db-shm"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(BackupRefused, match="cannot be copied"):
        back_up(folder, out / "caio.backup")
    assert not list(out.iterdir())


def test_the_commands_tell_in_one_line(saved: Saved, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = saved
    to, new = tmp_path / "b", tmp_path / "new"
    assert main(["backup", "--data-dir", str(folder), "--to", str(to)]) == 0
    assert "backed up 2 services, 5 decisions and 2 audit records" in capsys.readouterr().out
    assert main(["restore", "--from", str(to), "--data-dir", str(new)]) == 0
    assert "restored 2 services" in capsys.readouterr().out
    assert main(["restore", "--from", str(to), "--data-dir", str(new)]) == 1
    assert main(["restore", "--from", str(tmp_path / "none"), "--data-dir", str(tmp_path / "n")]) == 1
    assert main(["backup", "--data-dir", str(tmp_path / "none"), "--to", str(tmp_path / "c")]) == 1
    assert main(["backup", "--data-dir", str(folder), "--to", str(tmp_path / "none" / "c")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 4
    assert all(line.startswith("caio: ") for line in told)
    assert not (tmp_path / "n").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_restored_files_belong_to_whoever_owns_the_folder(saved: Saved, tmp_path: Path) -> None:
    target = tmp_path / "mounted"
    target.mkdir()
    os.chown(target, 10_001, 10_001)
    restore(saved[1], target)
    assert {(path.stat().st_uid, path.stat().st_gid) for path in target.iterdir()} == {(10_001, 10_001)}
