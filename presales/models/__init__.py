from presales.models.requirements import REQUIREMENT_MOVES, Requirement
from presales.models.solutions import MAX_LEVEL, STATE_MOVES, Solution, SolutionSection

__all__ = [
    "MAX_LEVEL",
    "REQUIREMENT_MOVES",
    "STATE_MOVES",
    "Requirement",
    "Solution",
    "SolutionSection",
]
