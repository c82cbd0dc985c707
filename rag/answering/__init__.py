"""Which sentences answer, how sure that is, and what a reader must be told.

May import `retrieval` and what that may.
"""
