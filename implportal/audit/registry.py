"""Every kind of thing that can be on record, declared beside the code that does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from implportal.kernel.registry import Registry


@dataclass(frozen=True)
class Action:
    """One kind of act. ``sentence`` is said of the actor and may hold ``%(detail)s`` places.

    With ``tells_money`` the sentence names amounts, which not everybody in a project may see.
    """

    key: str
    sentence: str | Promise
    tells_money: bool = False

    def __post_init__(self) -> None:
        ACTIONS.register(self)


ACTIONS: Registry[Action] = Registry("audit action")
