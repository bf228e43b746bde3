"""Mutants: small changes of a system's own code, made by a library, to measure how much its scenarios notice."""
