"""What every process of ours needs to answer, in memory once this is imported; see `tests.quickly`."""

from eval import scale
from rag.asking.translate import load_table
from rag.indexing.encoder import load_encoder
from rag.settings import DEFAULT_ENCODER
from rag.text.normal import tokens
from web import site

__all__ = ["scale", "site"]

load_encoder(str(DEFAULT_ENCODER))
load_table()
tokens("公报")
