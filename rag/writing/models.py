"""Which model the settings name: one of one's own, or a server's."""

from __future__ import annotations

from rag.errors import BulletinError
from rag.settings import Settings
from rag.writing.llm import HOW_TO, LLM, LocalLLM
from rag.writing.served import ServedLLM


def is_served(settings: Settings) -> bool:
    """Whether the configured model is a server's, not a local one."""
    return (settings.llm or "").startswith(("http://", "https://"))


def open_llm(settings: Settings, *, tries: int = 2) -> LLM:
    """The model that the settings name; a local one is loaded now, a server is first spoken to when asked.

    :param tries: How often a server is asked that can't be reached or is too busy.
    :raises BulletinError: if none is configured, or a local one can't be loaded.
    """
    if not settings.llm:
        raise BulletinError(f"No LLM is configured. {HOW_TO}")
    if is_served(settings):
        return ServedLLM(
            settings.llm, settings.llm_model, settings.llm_key, stall=settings.llm_stall, tries=tries
        )
    return LocalLLM(settings.llm, stall=settings.llm_stall)
