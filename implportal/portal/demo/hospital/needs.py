"""What the hospital needs beyond its answers: a list of its own, and what people on wards said."""

from __future__ import annotations

LIST = """Requirement;Priority
A document that two people change at once shall keep both texts;must
A patient's file shall open from the patient management system with one click;must
The list of operations shall show for each patient whether the consent form is there;must
Every change of a document shall be on record with name and time;must
A letter shall be sent to the general practitioner on the day of approval;should
Documents shall be found by words in scanned pages;should
A file shall be printed as one PDF for a transfer to another hospital;should
The number of open approvals shall be shown for each department;should
A document filed under the wrong patient shall be moved with a reason;must
Photos of wounds shall be taken with the tablet and filed at once;could
Patients shall fill in the admission form at home;could
Speech shall be turned into text for letters;wont
The last ten files of a person shall be one click away;should
A file shall show on its first page what is missing for discharge;should
Reports shall be compared with those of earlier stays, side by side;could
"""
"""The hospital's own list, as it comes out of a spreadsheet."""

COMMON = (
    ("Keeping times shall follow the law of the state", "MUST"),
    ("Backups shall be restored as a test once in each quarter", "MUST"),
    ("The screens shall be readable for people with weak eyesight", "SHOULD"),
)
"""Common in health care."""

GROUPS = (
    ("Nursing, surgery", 140, "Ward 3 to 8",
     "Admits patients, prepares for surgery, writes the nursing record in each shift."),
    ("Physicians, surgery", 38, "Ward 3 to 8, theatres",
     "Informs patients, operates, dictates letters between two operations."),
    ("Central records", 9, "Basement, house B",
     "Fetches, files and looks for paper files; scans what has to be sent."),
    ("Outpatient desks", 24, "House A, ground floor",
     "Receives patients, prints forms, makes appointments."),
)  # fmt: skip
"""(name, headcount, place, daily work)"""

PROBLEMS = (
    ("Consent form is missing before surgery", "BLOCKING", "DAILY", 0,
     "The list of operations shall warn on the evening before where a consent form is missing"),
    ("The same name is written three times on admission", "MINOR", "DAILY", 0,
     "The name of a patient shall be written once and be on every form"),
    ("Letters wait for a signature until the next week", "SERIOUS", "WEEKLY", 1,
     "A deputy shall be proposed when a physician is in theatre all day"),
    ("Files lie in the lift room and nobody knows", "SERIOUS", "DAILY", 2,
     "Each paper file that is lent shall show who has it and since when"),
    ("Old stickers make scans unreadable", "ANNOYING", "WEEKLY", 2,
     "A scan that cannot be read shall be shown to central records on the same day"),
    ("The queue at the desk grows while forms print", "ANNOYING", "DAILY", 3,
     "Forms shall be ready to print before the patient arrives"),
    ("Passwords are forgotten on night shifts", "SERIOUS", "WEEKLY", 0,
     "A forgotten staff card shall be replaced for one night by the ward's manager"),
    ("Gloves do not work on the touch screen", "ANNOYING", "DAILY", 0,
     "Every button at the bedside shall work with gloves"),
)  # fmt: skip
"""(what is seen, severity, frequency, place of the group, requirement)"""

INTERVIEWS = (
    (0, "Nurse, early shift"), (0, "Nurse, late shift"), (0, "Nurse, night shift"),
    (0, "Ward manager, ward 3"), (0, "Ward manager, ward 5"), (0, "Trainee nurse"),
    (0, "Nurse, theatre lock"), (0, "Nurse, wound care"),
    (1, "Senior physician"), (1, "Assistant physician, first year"),
    (1, "Assistant physician, fourth year"), (1, "Anaesthetist"), (1, "Physician on duty"),
    (2, "Archivist"), (2, "Scanner operator"), (2, "Messenger"), (2, "Deputy head of records"),
    (3, "Desk, surgery"), (3, "Desk, internal medicine"), (3, "Appointments by phone"),
)  # fmt: skip
"""(place of the group, who was asked)"""
