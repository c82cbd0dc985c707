"""What a question says: its language, places, years, wants, slips of typing, everyday words.

May import `text` and the records of `reading`.
"""
