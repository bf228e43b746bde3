"""The way of jobs from the store through Redis to workers, which do them under leases."""
