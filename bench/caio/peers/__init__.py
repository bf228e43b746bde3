"""CAIO beside what others use for the same: LiteLLM, Portkey, sglang-router; over HTTP and in process."""
