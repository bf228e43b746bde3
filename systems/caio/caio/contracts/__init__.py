"""Contracts: what a service promises, read from YAML and checked field by field."""

from caio.contracts.model import ServiceContract
from caio.contracts.parse import check_consistency, parse_contract

__all__ = ["ServiceContract", "check_consistency", "parse_contract"]
