"""Graphs in the Hypergraph Interchange Format 0.1.0, delivered as ``{"meta": …, "graph": …}``."""
