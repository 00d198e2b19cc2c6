"""Prompt files and the one way to read them. Empty until the first LLM call lands."""
