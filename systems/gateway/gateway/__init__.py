"""AI gateway that speaks the OpenAI API: models are routed to upstreams, with keys, limits, fallback and metrics."""

__version__ = "1.0.0"
