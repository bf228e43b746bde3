"""What only one system needs: its client, documents, words, judgements and state."""
