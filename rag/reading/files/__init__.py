"""Files as they come become text: plain text of any encoding, pages of the web, Word, PDF, OFD, pictures of pages."""
