"""Evaluation: questions with known places and facts, answered by the engine and measured."""
