"""What only AI gateways that speak the OpenAI API need: their client, judgements, calls, limits and model."""
