"""Trains what the repository ships under `models/`: nothing in `rag/` imports it, and it alone reads other folders."""
