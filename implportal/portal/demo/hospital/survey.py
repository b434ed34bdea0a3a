"""Forty questions of a survey for hospitals, and what this hospital answered.

Each row: text, kind, choices, must be answered, how a requirement begins, answer. A hint
with ``…`` makes a requirement of the answer; an empty one makes none.
"""

from __future__ import annotations

from typing import Any

TITLE = "Hospital document system"
TEXT, LONG, NUMBER = "TEXT", "LONG_TEXT", "NUMBER"
DATE, ONE, SEVERAL, SCALE, TABLE = "DATE", "SINGLE_CHOICE", "MULTIPLE_CHOICE", "SCALE", "TABLE"

Row = tuple[str, str, list[str], bool, str, Any]

SECTIONS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (
        "The hospital",
        (
            ("How many beds does the hospital have?", NUMBER, [], True, "", 640),
            ("How many people will work with the system?", NUMBER, [], True,
             "The system shall let … people work at the same time", 420),
            ("Which departments take part first?", SEVERAL,
             ["Central records", "Surgery", "Internal medicine", "Radiology", "Outpatients"], True,
             "The first stage shall cover: …",
             ["Central records", "Surgery", "Outpatients"]),
            ("Which departments follow later?", TEXT, [], False, "",
             "Internal medicine and radiology, in the second year"),
            ("In which shifts do people work?", SEVERAL, ["Day", "Late", "Night"], True,
             "The system shall be supported in these shifts: …", ["Day", "Late", "Night"]),
            ("In which languages do people work?", TEXT, [], False,
             "The screens shall be available in …", "German and English"),
        ),
    ),
    (
        "Documents today",
        (
            ("Where are documents kept today?", SEVERAL,
             ["paper files", "shared folders", "e-mail", "another system"], True,
             "The system shall take over documents from: …",
             ["paper files", "shared folders", "another system"]),
            ("Which documents are there, and how many in a year?", TABLE,
             ["Document", "Number in a year", "Kept for, years"], True, "",
             [["Doctor's letter", "38000", "30"], ["Consent form", "21000", "30"],
              ["Laboratory report", "160000", "10"], ["Nursing record", "52000", "30"]]),
            ("How many pages of old paper files are to be scanned?", NUMBER, [], True,
             "The take-over shall scan … pages of paper files", 2400000),
            ("Who scans the old files?", ONE,
             ["the hospital", "a contractor", "we"], True,
             "Old paper files shall be scanned by …", "a contractor"),
            ("How long must documents be kept?", TEXT, [], True,
             "Documents shall be kept for …", "30 years after discharge, 10 years for reports"),
            ("What is done with a file that nobody finds?", LONG, [], False, "",
             ("The ward phones records, records searches the lift room. After two days a new "
             "file is begun, and the old one turns up weeks later.")),
            ("How many files are missing on an ordinary day?", NUMBER, [], False, "", 14),
        ),
    ),
    (
        "Work on the ward",
        (
            ("How fast should a document be found?", ONE,
             ["within 2 seconds", "within 10 seconds", "on the same day"], True,
             "The system shall find a document …", "within 2 seconds"),
            ("Which devices are used at the bedside?", SEVERAL,
             ["Tablet", "Laptop on a trolley", "Phone", "None"], True,
             "The system shall be usable at the bedside on: …",
             ["Tablet", "Laptop on a trolley"]),
            ("Do people wear gloves while they work with it?", ONE, ["yes", "no"], False,
             "", "yes"),
            ("What takes the most time?", LONG, [], False, "",
             "Looking for the consent form before surgery. Writing the same name three times."),
            ("Who signs a consent form, and how?", TEXT, [], True,
             "A consent form shall be signed by …",
             "patient and physician on the tablet, with a printed copy"),
            ("How do people sign in, and how often?", TEXT, [], True,
             "People shall sign in with …", "their staff card, once at the start of a shift"),
            ("What must work when the network is down?", LONG, [], True,
             "Without the network, the system shall still offer: …",
             "the documents of the patients on the ward, to read"),
        ),
    ),
    (
        "Approval and law",
        (
            ("Who approves a doctor's letter?", TEXT, [], True,
             "A doctor's letter shall be approved by …",
             "the senior physician, or the deputy named for the day"),
            ("Within which time is a letter approved?", ONE,
             ["on the day of discharge", "within 3 days", "within a week"], True,
             "A letter shall be approved …", "on the day of discharge"),
            ("Who may read the file of a patient?", TEXT, [], True,
             "The file of a patient shall be open to …", "those who treat the patient"),
            ("Who may open any file in an emergency?", ONE,
             ["physicians on duty", "everybody who is signed in", "nobody"], True,
             "In an emergency, with a reason on record, a file shall be opened by …",
             "physicians on duty"),
            ("What does the data protection officer ask for?", LONG, [], True,
             "The data protection officer shall be able to …",
             "see who opened which file, for ten years"),
            ("Which laws and rules apply?", LONG, [], False, "",
             "Data protection, the law on patients' rights, the rules of the medical chamber."),
            ("Who deletes, and after whose approval?", TEXT, [], True,
             "A document shall be deleted only by …",
             "records, after approval by the data protection officer"),
        ),
    ),
    (
        "Systems around it",
        (
            ("Which system manages patients?", TEXT, [], True,
             "Admissions and transfers shall be taken from …",
             "the patient management system, by HL7 v2 messages"),
            ("Which systems send documents?", SEVERAL,
             ["Laboratory", "Radiology", "Anaesthesia", "Intensive care", "Pharmacy"], True,
             "Documents shall be received from: …", ["Laboratory", "Radiology", "Anaesthesia"]),
            ("How fresh must a laboratory report be?", ONE,
             ["within 1 minute", "within 10 minutes", "within an hour"], True,
             "A laboratory report shall be there …", "within 1 minute"),
            ("Where do user accounts come from?", TEXT, [], True,
             "User accounts shall come from …", "the directory of the hospital"),
            ("How are documents exchanged with general practitioners?", TEXT, [], False,
             "Letters shall reach general practitioners by …", "encrypted mail"),
            ("Where does the system run?", ONE,
             ["in the hospital", "in a data centre nearby", "hosted by us"], True,
             "The system shall run …", "in the hospital"),
            ("How long may it stand still in a year?", NUMBER, [], True,
             "Unplanned standstill in a year shall stay below … hours", 4),
        ),
    ),
    (
        "The project",
        (
            ("When should it be in use?", DATE, [], True,
             "The first stage shall be in productive use by …", "+240"),
            ("When must nothing change?", TEXT, [], False,
             "No change shall be made during …", "the first two weeks of January"),
            ("Who decides if opinions differ?", TEXT, [], True, "", "The managing director"),
            ("Who will train the colleagues?", ONE,
             ["key users", "we", "both"], True, "Training shall be given by …", "both"),
            ("How much do users look forward to it?", SCALE, [], False, "", 3),
            ("By what will you know that it was worth it?", LONG, [], True, "",
             "No operation waits for a consent form. Letters leave the house with the patient."),
        ),
    ),
)  # fmt: skip
"""A date ``+n`` lies n days after the day of the interview."""

WHO = {
    "The hospital": "Carl Sample",
    "Documents today": "Dora Sample",
    "Work on the ward": "Rosa Sample",
    "Approval and law": "Stefan Sample",
    "Systems around it": "Omar Sample",
    "The project": "Carl Sample",
}
"""Section -> who answers it."""

PREPARATION = (
    "Read the hospital's last annual report",
    "Agree with the sponsor who answers which part",
    "Ask for the plan of the wards",
    "Take the survey along on paper, should the network fail",
)
"""What is ready before the interview."""
