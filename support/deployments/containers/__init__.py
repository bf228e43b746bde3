"""Containers: the engine, images built from the repository, compose files, and a system run as a container."""
