"""The models that an index is made with: what passages are embedded with, and what reads them."""

from __future__ import annotations

from dataclasses import dataclass

from rag.indexing.encoder import Encoder, load_encoder
from rag.indexing.reader import JointReader, Reader, VectorReader, load_reader
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Models:
    """An encoder and at most one reader."""

    encoder: Encoder
    ahead: VectorReader | None = None
    """What reads passages at indexing, so that a question is only compared with what it made of them."""
    joint: JointReader | None = None
    """What reads the best passages anew with each question."""

    @classmethod
    def load(cls, settings: Settings) -> Models:
        """Load what is set.

        :raises BulletinError: if one of them can't be.
        """
        encoder = load_encoder(settings.encoder, settings.query_prompt, settings.document_prompt)
        reader = load_reader(settings.reader)
        if isinstance(reader, VectorReader):
            return cls(encoder, ahead=reader)
        return cls(encoder, joint=reader)

    @property
    def reader(self) -> Reader | None:
        """Whichever reader there is."""
        return self.ahead or self.joint
