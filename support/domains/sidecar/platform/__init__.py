"""What the Async Sidecar is deployed and operated by: its documents read, rendered by their own tools, and judged."""
