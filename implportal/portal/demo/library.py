"""Texts of the demo that are written once and used in many solutions."""

from __future__ import annotations

from datetime import datetime

from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.portal.demo.company import Cast
from presales.domain.glossary import save_term
from presales.domain.solution_templates import save_template, save_template_section
from presales.domain.text_blocks import save_block
from presales.models import GlossaryTerm, SolutionTemplate, TextBlock

BLOCKS = (
    ("Support on weekdays (demo)", "", "",
     ("A named contact answers on weekdays from 8 to 18. At night and on holidays a duty "
     "engineer is there for standstill.")),
    ("Take-over in two rounds (demo)", "", "DOC",
     ("Each source is taken over twice: once as a rehearsal, once for good.\n\n"
     "- The rehearsal is checked by you, with a list of checks that both sides agreed.\n"
     "- Nothing is deleted at the source before you have accepted.")),
    ("Access to patients' files (demo)", "Health care", "DOC",
     ("A file is open to those who treat the patient. Every opening is on record with name "
     "and time.")),
)  # fmt: skip
"""(title, field of business or nothing, product or nothing, text)"""

WORDS = (
    ("HL7", "A common form of messages between the systems of a hospital."),
    ("PDF/A", "A form of PDF that can still be read in many years."),
    ("Standstill", "Nobody can work with the system."),
)
"""Explained in the solutions of every project that use them."""

TEMPLATE = "Solution for documents (demo)"
OUTLINE = (
    (1, "Summary", "What changes for the customer, in five sentences.", ""),
    (1, "Scope", "What is included, and what is not.", "Included:\n\nNot included:"),
    (1, "How you will work", "One section for each kind of work.", ""),
    (2, "Finding a document", "Who looks for what, and how fast it is found.", ""),
    (1, "Price and payment", "When which part is paid.",
     "30 % with the signature, 30 % with the kick-off, 40 % with the acceptance."),
)  # fmt: skip
"""(level, heading, what belongs here, text)"""


def make_library(*, cast: Cast, at: datetime) -> None:
    """Add blocks, words and an outline where the company has none of that kind."""
    if not TextBlock.objects.exists():
        for title, field, product, text in BLOCKS:
            save_block(
                block=None, title=title, markdown=text, actor=cast.ines, at=at,
                field_of_business=FieldOfBusiness.objects.filter(name=field).first(),
                product=Product.objects.filter(code=product).first(),
            )  # fmt: skip
    if not GlossaryTerm.objects.filter(project=None).exists():
        for word, explanation in WORDS:
            save_term(
                term=None, project=None, word=word, explanation=explanation, actor=cast.ines, at=at
            )
    if not SolutionTemplate.objects.exists():
        template = save_template(
            template=None, title=TEMPLATE, purpose="For a document system in one organisation.",
            is_default=False, actor=cast.ines, at=at,
        )  # fmt: skip
        for level, title, hint, text in OUTLINE:
            save_template_section(
                template=template, section=None, title=title, level=level, hint=hint,
                markdown=text, actor=cast.ines, at=at,
            )  # fmt: skip
