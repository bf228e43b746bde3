"""Between which values a percentile or a share lies, with which confidence.

A percentile: between which places in the order of samples, by the binomial distribution of order statistics.

The number of samples below the p-th percentile of the whole is binomial (n, p). So the percentile lies between the
samples at places l and u with the probability that the number is at least l and less than u, whatever the
distribution of the times is (David and Nagaraja, Order Statistics, 7.1).
"""

from __future__ import annotations

import math

CONFIDENCE = 0.95
Z = 1.96
"""Two-sided 95 % of the normal distribution."""


def places(samples: int, percent: float, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Places, from 1 on, between which the percentile lies; 0 and samples + 1 say that a side is not bounded."""
    share, tail = percent / 100, (1 - confidence) / 2
    centre, width = samples * share, 8 * math.sqrt(samples * share * (1 - share)) + 20
    first, last = max(0, math.floor(centre - width)), min(samples, math.ceil(centre + width))
    low, high, below = 0, samples + 1, 0.0
    for number in range(first, last + 1):
        if below <= tail:
            low = number
        below += _probability(samples, number, share)
        if below >= 1 - tail:
            high = number + 1
            break
    return low, high


def wilson(successes: float, count: float) -> tuple[float, float]:
    """Between which values a share lies, with 95 % confidence (Wilson 1927); sound near 1 too."""
    share, spread = successes / count, Z**2 / count
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, centre - half), min(1.0, centre + half)


def _probability(samples: int, number: int, share: float) -> float:
    if share in (0.0, 1.0):
        return float(number == samples * share)
    ways = math.lgamma(samples + 1) - math.lgamma(number + 1) - math.lgamma(samples - number + 1)
    return math.exp(ways + number * math.log(share) + (samples - number) * math.log1p(-share))
