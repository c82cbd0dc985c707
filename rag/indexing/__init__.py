"""What an index is made of: the store of passages, encoders, readers, what is written beside a bulletin.

May import `text`, `reading`, `publishing` and `rag.chunk`.
"""
