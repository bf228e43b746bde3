"""Routes for admins: users, dead letters, and backups of the audit log."""

from __future__ import annotations

import time
from typing import Annotated, Any

from chassis.problems import Problem
from fastapi import APIRouter, Depends, Query
from pydantic import Field, SecretStr
from starlette.responses import Response

from automation.api import bodies
from automation.api.instance import Instance
from automation.audit.backups import NoSuchBackup, UnusableBackup
from automation.identity.gate import admins_only
from automation.identity.users import Caller
from automation.leads import Fields
from automation.settings import Role, User
from automation.store import jobs, runs
from automation.store.database import Row


class UserChange(Fields):
    """What is to change of a user."""

    role: Role | None = None
    disabled: bool | None = None
    password: Annotated[SecretStr, Field(min_length=8, max_length=1024)] | None = None


def router(instance: Instance) -> APIRouter:
    """All of them."""
    routes = APIRouter(prefix="/api/admin", tags=["admin"])
    add_users(routes, instance)
    add_dead_letters(routes, instance)
    add_backups(routes, instance)
    return routes


def add_users(routes: APIRouter, instance: Instance) -> None:
    """Users of the admin's own tenant."""
    admin = Depends(admins_only(instance.gate, "manage users"))
    new_body = Depends(bodies.body_of(User, instance.limits))
    change_body = Depends(bodies.body_of(UserChange, instance.limits))

    def found(caller: Caller, username: str) -> Row:
        row = instance.users.find(username)
        if row is None or row["tenant"] != caller.tenant:
            raise bodies.not_found(f"there is no user {username[:64]!r}")
        return row

    @routes.get("/users")
    def list_users(caller: Caller = admin) -> dict[str, Any]:
        return {"users": [user_told(row) for row in instance.users.all() if row["tenant"] == caller.tenant]}

    @routes.post("/users", status_code=201, openapi_extra=bodies.documented(User))
    def make(caller: Caller = admin, user: User = new_body) -> Response:
        own = user.model_copy(update={"tenant": caller.tenant})
        if not instance.users.add(own):
            raise Problem("user-exists", 409, f"there is a user {user.username!r} already")
        instance.audit.record(caller.name, "make a user", "done", user.username)
        return bodies.answer(user_told(found(caller, user.username)), 201)

    @routes.put("/users/{username}", openapi_extra=bodies.documented(UserChange))
    def change(username: str, caller: Caller = admin, given: UserChange = change_body) -> Response:
        found(caller, username)
        password = given.password.get_secret_value() if given.password is not None else None
        instance.users.change(username, role=given.role, disabled=given.disabled, password=password)
        what = ", ".join(sorted(given.model_fields_set)) or "nothing"
        instance.audit.record(caller.name, f"change a user: {what}", "done", username)
        return bodies.answer(user_told(found(caller, username)))


def user_told(row: Row) -> dict[str, Any]:
    """A user as admins see it."""
    return {
        "username": row["username"],
        "role": row["role"],
        "tenant": row["tenant"],
        "disabled": bool(row["disabled"]),
        "created_at": bodies.at(row["created_at"]),
    }


def add_dead_letters(routes: APIRouter, instance: Instance) -> None:
    """Jobs that failed for good, and entries of the queue that nobody can read."""
    admin = Depends(admins_only(instance.gate, "handle dead letters"))

    @routes.get("/dead-letters")
    def list_dead_letters(caller: Caller = admin) -> dict[str, Any]:
        unreadable = instance.store.all("SELECT * FROM unreadable ORDER BY created_at LIMIT 1000")
        return {"dead_letters": [*map(dead_told, jobs.dead(instance.store)), *map(unreadable_told, unreadable)]}

    @routes.post("/dead-letters/{job_id}/retry", status_code=202)
    def retry(job_id: str, caller: Caller = admin) -> dict[str, Any]:
        with instance.store.writing() as transaction:
            row = jobs.revive(transaction, job_id)
            if row is not None and row["kind"] == jobs.RUN:
                runs.revive(transaction, row["ref"], time.time())
            elif row is not None:
                transaction.execute("UPDATE deliveries SET state = 'queued' WHERE id = ?", (row["ref"],))
        if row is None:
            raise bodies.not_found(f"there is no dead letter {job_id[:64]!r} that can be tried again")
        instance.audit.record(caller.name, "retry a dead letter", "done", job_id)
        return {"id": job_id, "state": "queued"}


def dead_told(row: Row) -> dict[str, Any]:
    """A job that failed for good."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "ref": row["ref"],
        "attempts": row["attempts"],
        "error": row["error"],
        "can_retry": True,
        "created_at": bodies.at(row["created_at"]),
    }


def unreadable_told(row: Row) -> dict[str, Any]:
    """An entry of the queue that is no message."""
    return {
        "id": row["id"],
        "kind": "unreadable",
        "ref": row["queue"],
        "attempts": 0,
        "error": row["error"],
        "entry": bytes(row["entry"])[:500].decode(errors="replace"),
        "can_retry": False,
        "created_at": bodies.at(row["created_at"]),
    }


def add_backups(routes: APIRouter, instance: Instance) -> None:
    """Backups of the audit log."""
    admin = Depends(admins_only(instance.gate, "handle backups"))
    backups = instance.backups

    @routes.post("/audit/backup", status_code=201)
    def back_up(caller: Caller = admin, compress: Annotated[bool, Query()] = False) -> Response:
        try:
            made = backups.make(caller.name, compress)
        except OSError as error:
            raise Problem("backup-failed", 507, f"the backup cannot be written: {error.strerror or error}") from None
        instance.audit.record(caller.name, "back up the audit log", "done", made.name)
        return bodies.answer(made, 201)

    @routes.get("/audit/backups")
    def list_backups(caller: Caller = admin) -> Response:
        return bodies.answer({"backups": backups.all()})

    @routes.post("/audit/backups/{name:path}/restore")
    def restore(name: str, caller: Caller = admin) -> Response:
        try:
            restored = backups.restore(name)
        except NoSuchBackup as error:
            raise bodies.not_found(str(error)) from None
        except UnusableBackup as error:
            instance.audit.record(caller.name, "restore the audit log", f"refused: {error}", name)
            raise Problem("backup-unusable", 409, str(error)) from None
        except OSError as error:
            raise Problem("restore-failed", 507, f"the log cannot be written: {error.strerror or error}") from None
        instance.audit.record(caller.name, "restore the audit log", "done", name)
        return bodies.answer({"name": name, "restored": restored})
