"""Chat replies by fixed rules: the same message always gets the same reply."""

from __future__ import annotations

from backends import summariser

GREETINGS = frozenset({"hello", "hi", "hey", "greetings"})


def reply(message: str) -> str:
    """Answer one message: greet back, say what a question is about, or sum a statement up."""
    words = message.lower().strip(" .!?").split()
    if words and words[0].strip(",") in GREETINGS:
        return "Hello. What would you like to know?"
    subject = ", ".join(dict.fromkeys(summariser.words_of(message))) or "nothing in particular"
    if message.rstrip().endswith("?"):
        return f"You ask about {subject}."
    return f"You say something about {subject}: {summariser.summarise(message, 1)}"
