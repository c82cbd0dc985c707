"""The one error a user may see: its message says what was found, what was expected and what to do."""


class BulletinError(Exception):
    """Something a user can put right. Shown as one line by the command line and the chat, never as a traceback."""
