"""Small real AI services that orchestrators route to."""
