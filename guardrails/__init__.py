"""Checks on what comes in and what an LLM says. Empty until the conversation lands."""
