"""Routing: from a compiled request and a snapshot of the registry to one service, in five stages."""
