"""``sidecar openapi``: prints the OpenAPI document that a gateway serves."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from sidecar.gateway.app import create_app, document
from sidecar.settings import Settings


def show() -> int:
    """Print it; the settings of a gateway do not change it."""
    with tempfile.TemporaryDirectory() as folder:
        made = document(create_app(Settings(auth_mode="none", sidecar_data_dir=Path(folder))))
    sys.stdout.write(json.dumps(made, indent=2, sort_keys=True) + "\n")
    return 0
