"""Talks HTTP to a system under test, and keeps each exchange as it was."""

from support.http.client import HttpClient
from support.http.exchange import Exchange

__all__ = ["Exchange", "HttpClient"]
