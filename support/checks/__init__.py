"""Pure functions from what was seen to what is so, and the matchers by which steps judge."""
