"""Measurements of CAIO, alone and beside its peers."""
