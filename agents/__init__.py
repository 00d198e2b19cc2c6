"""The chat graph (LangGraph lives here and nowhere else). Empty until the conversation lands."""
