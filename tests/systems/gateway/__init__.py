"""A system under test for the suite's own tests: serve.py runs it, broken.py with one defect, upstream.py a model."""
