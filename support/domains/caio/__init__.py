"""CAIO's client, documents, words, judgements and scenario state."""
