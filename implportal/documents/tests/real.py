"""Real statements of work, which are too large to stand here; tests skip where they are not.

The folder holds work_statement_v1_draft.md, work_statement_v2_final.md and
quality_assurance_plan.md.
"""

import os
from pathlib import Path

REAL_SOLUTIONS = Path(os.environ.get("IMPLPORTAL_REAL_SOLUTIONS") or "/nowhere")
