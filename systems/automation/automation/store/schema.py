"""The tables, and how a file of an older version becomes one of this version."""

from __future__ import annotations

VERSION = 1
"""Kept in ``PRAGMA user_version``; a higher one was made by a newer Automation Orchestrator."""

TABLES = """
CREATE TABLE users (
  username TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL, tenant TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL);
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, username TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, ends TEXT NOT NULL,
  created_at REAL NOT NULL, revoked_at REAL);
CREATE INDEX api_keys_of_user ON api_keys (username);
CREATE TABLE login_failures (who TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX login_failures_of ON login_failures (who, at);
CREATE TABLE leads (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, owner TEXT NOT NULL,
  email TEXT, status TEXT, source TEXT, company TEXT, words TEXT NOT NULL, document TEXT NOT NULL,
  created_at REAL NOT NULL, updated_at REAL NOT NULL);
CREATE INDEX leads_of_tenant ON leads (tenant, seq);
CREATE INDEX leads_of_owner ON leads (tenant, owner, seq);
CREATE INDEX leads_by_email ON leads (tenant, email);
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, lead TEXT NOT NULL UNIQUE, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT, crm_id TEXT, created_at REAL NOT NULL, delivered_at REAL);
CREATE TABLE activities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, lead TEXT NOT NULL, run TEXT NOT NULL, step INTEGER NOT NULL,
  text TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX activities_of_lead ON activities (lead, seq);
CREATE TABLE campaigns (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, owner TEXT NOT NULL,
  document TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL);
CREATE INDEX campaigns_of_tenant ON campaigns (tenant, seq);
CREATE TABLE campaign_metrics (
  campaign TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (campaign, name));
CREATE TABLE campaign_leads (campaign TEXT NOT NULL, lead TEXT NOT NULL, PRIMARY KEY (campaign, lead));
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, owner TEXT NOT NULL,
  name TEXT NOT NULL, lead TEXT, status TEXT NOT NULL, step INTEGER NOT NULL DEFAULT 0, error TEXT,
  created_at REAL NOT NULL, updated_at REAL NOT NULL);
CREATE INDEX runs_of_tenant ON runs (tenant, seq);
CREATE TABLE steps (
  run TEXT NOT NULL, step INTEGER NOT NULL, name TEXT NOT NULL, action TEXT NOT NULL, parameters TEXT NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, since REAL, finished_at REAL, error TEXT, result TEXT,
  PRIMARY KEY (run, step));
CREATE TABLE jobs (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  due_at REAL NOT NULL, queued_at REAL, lease TEXT, lease_until REAL, error TEXT, created_at REAL NOT NULL,
  UNIQUE (kind, ref));
CREATE INDEX jobs_by_state ON jobs (state, due_at);
CREATE TABLE unreadable (
  id TEXT PRIMARY KEY, queue TEXT NOT NULL, entry BLOB NOT NULL, error TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE idempotency (
  scope TEXT NOT NULL, tenant TEXT NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
  ref TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (scope, tenant, owner, key));
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE circuits (name TEXT PRIMARY KEY, failures INTEGER NOT NULL, open_until REAL NOT NULL);
"""
"""Jobs that are done are removed: what is left is queued, running, waiting for its time, or dead."""
