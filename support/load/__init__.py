"""Load: a plan, run by Locust in child processes, and the result that remains of it."""
