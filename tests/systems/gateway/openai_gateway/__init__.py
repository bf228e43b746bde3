"""A small gateway that speaks the OpenAI API: a system under test that shares no code with the suite's own systems."""
