"""What an index is made of: encoders, late interaction, what is written beside a bulletin.

May import `text`, `reading` and `rag.chunk`.
"""
