"""Which parts of a prompt the units of an answer are like: shares by Shapley values over static word vectors."""
