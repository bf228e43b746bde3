"""Where an upstream of the system under test is reached: by way of its fault proxy, directly, and its control port."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UpstreamAddress:
    """One upstream: ``url`` is its fault proxy's, ``direct`` the service's own, ``control`` the proxy's control port's.

    URLs have no trailing slash and no ``/v1``; ``key`` is what the service accepts as a bearer token.
    """

    name: str
    url: str
    direct: str
    control: str
    key: str

    @property
    def bindings(self) -> dict[str, str]:
        """What the placeholders of this upstream stand for (support/base/routes.py)."""
        port = self.url.rpartition(":")[2]
        return {
            f"upstream_{self.name}": self.url,
            f"upstream_port_{self.name}": port,
            f"upstream_direct_{self.name}": self.direct,
            f"upstream_key_{self.name}": self.key,
        }
