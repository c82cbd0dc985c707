"""Question answering over Chinese government bulletins, with citations that are places in the source."""
