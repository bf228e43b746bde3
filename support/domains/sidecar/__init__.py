"""What only the Async Sidecar needs: traces, graphs, webhooks, tenants, metrics, chaos, audit trail, personal data."""
