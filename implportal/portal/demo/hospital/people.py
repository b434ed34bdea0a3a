"""Twelve people of the hospital; the first is the sponsor, the first two sign."""

from __future__ import annotations

PEOPLE = (
    ("Carl Sample", "Managing director", "EXECUTIVE"),
    ("Dora Sample", "Head of records", "EXPERT"),
    ("Emil Sample", "Ward clerk", "DIRECT_USER"),
    ("Nina Sample", "Director of nursing", "EXECUTIVE"),
    ("Omar Sample", "Head of IT", "IT"),
    ("Paula Sample", "Integration engineer", "IT"),
    ("Quentin Sample", "Senior physician, surgery", "EXPERT"),
    ("Rosa Sample", "Ward nurse, surgery", "DIRECT_USER"),
    ("Stefan Sample", "Data protection officer", "EXPERT"),
    ("Tilda Sample", "Head of purchasing", "FINANCE"),
    ("王芳 Sample", "Coder, medical controlling", "DIRECT_USER"),
    ("Yusuf Sample", "Outpatient desk", "DIRECT_USER"),
)  # fmt: skip
"""(name, title, kind); the address is made from the title where the name has no Latin letters."""

STAKES = (
    ("Carl Sample", "SPONSOR", 5, 1),
    ("Nina Sample", "DECISION_MAKER", 5, 0),
    ("Dora Sample", "EXPERT", 4, 2),
    ("Omar Sample", "EXPERT", 4, -1),
    ("Tilda Sample", "FINANCE", 3, 0),
    ("Rosa Sample", "KEY_USER", 2, 1),
)
"""(name, role, influence 1 to 5, attitude -2 to +2)"""
