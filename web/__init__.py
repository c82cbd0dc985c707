"""The chat page: its words, its look, and how an answer becomes HTML."""
