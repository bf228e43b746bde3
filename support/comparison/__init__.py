"""Puts the last runs of several systems that the same features judge side by side: ``docs/gateways.md`` and a page."""
