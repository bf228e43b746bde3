"""How a scenario talks with an orchestrator about services and requests: over HTTP or over its Python API, in one way.

Both interfaces answer in the same terms, so that the same Gherkin judges both.
"""

from support.interfaces.answer import Answer, Refusal
from support.interfaces.http import HttpInterface
from support.interfaces.port import Interface, RouteRequest
from support.interfaces.python import PythonInterface

__all__ = ["Answer", "HttpInterface", "Interface", "PythonInterface", "Refusal", "RouteRequest"]
