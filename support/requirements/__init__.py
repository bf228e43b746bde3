"""What sentences read of a system's definition, found in their code, and what a definition lacks or has in vain."""

from support.requirements.review import Find, Lack, Place, Review, place_of

__all__ = ["Find", "Lack", "Place", "Review", "place_of"]
