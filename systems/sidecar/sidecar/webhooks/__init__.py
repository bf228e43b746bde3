"""Calls of registered addresses when traces end, by the rules of Standard Webhooks."""
