"""Tools of whoever operates the sidecar: the guard of its API, and the analyser of its attach rate."""
