"""Reads a Prometheus exposition and says by how much its counters went up."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(exposition: str) -> Samples:
    """Every sample by name and labels. Raises ValueError if the text is no valid exposition."""
    try:
        families = list(text_string_to_metric_families(exposition))
    except (LookupError, TypeError, AttributeError) as error:  # what the parser falls over is no exposition
        raise ValueError(f"no exposition: {error}") from error
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def total(samples: Samples, name: str, labels: Mapping[str, str]) -> float:
    """The sum of all samples of a name that carry these labels, whatever other labels they carry."""
    wanted = set(labels.items())
    return sum(value for (found, carried), value in samples.items() if found == name and wanted <= carried)


def rise(before: Samples, after: Samples, name: str, labels: Mapping[str, str]) -> float:
    """By how much that sum rose from one reading to the next."""
    return total(after, name, labels) - total(before, name, labels)
