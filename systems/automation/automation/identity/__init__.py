"""Who callers are: users with passwords, signed tokens, API keys, and the gate before the API."""
