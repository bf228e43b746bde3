"""Delivery of leads to a CRM: once each, as often as it takes, and in nobody's way."""
