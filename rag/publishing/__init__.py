"""The collection and the index on disk: changed in one step, leased while read, cleaned up.

May import settings and errors.
"""
