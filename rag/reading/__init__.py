"""A bulletin's text becomes documents, lines, blocks and outlines. May import `text`."""
