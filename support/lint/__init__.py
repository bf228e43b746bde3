"""The suite's own rules for features, steps and imports, checked by `signoff lint`."""

from support.lint.check import check
from support.lint.tree import Finding

__all__ = ["Finding", "check"]
