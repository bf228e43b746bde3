"""Every way in which we break CAIO from outside its code, by area; importing this package lists them all."""

from tests.defects.catalogue import routing  # noqa: F401
from tests.defects.catalogue.defect import DEFECTS, Defect

__all__ = ["DEFECTS", "Defect"]
