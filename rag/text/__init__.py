"""Text for matching: one normal form, one tokeniser, dates and figures. Imports nothing of the other packages."""
