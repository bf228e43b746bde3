"""The list of the Async Sidecar's defects, to which the modules of this package add theirs."""

from __future__ import annotations

from tests.defects.catalogue import Catalogue

_CATALOGUE = Catalogue()

DEFECTS = _CATALOGUE.defects
defect = _CATALOGUE.defect
edit = _CATALOGUE.edit

HTTP = ("http",)
"""The one interface that it has."""
