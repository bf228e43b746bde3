"""`signoff sidecar-e2e`: the Async Sidecar's own end-to-end command line in front of `signoff accept`."""
