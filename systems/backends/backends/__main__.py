"""``python -m backends --name local-chat --port 9000``: runs one AI service."""

from __future__ import annotations

from backends import service, serving

if __name__ == "__main__":
    serving.serve("backends", "Run one small AI service.", service.create_app)
