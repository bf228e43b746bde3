"""The Async Sidecar itself, room by room."""
