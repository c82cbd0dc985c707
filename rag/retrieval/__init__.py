"""Which passages fit a question, and in what order. May import `asking`, `rag.index` and what those may."""
