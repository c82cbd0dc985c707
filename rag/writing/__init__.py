"""Optional language models: their answers and the check of what they wrote, what they write beside a bulletin.

May import `answering` and what that may.
"""
