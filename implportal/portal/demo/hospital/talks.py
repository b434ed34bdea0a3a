"""What was shown, discussed and visited: demonstrations, exchanges, the inspection."""

from __future__ import annotations

SCENARIOS = (
    ("Find a document at the bedside", 10, "A tablet, the ward's test patients",
     "1. Scan the wristband\n2. Open the newest report\n3. Open the consent form"),
    ("File a paper that a patient brings", 10, "A scanner, two letters with stains",
     "1. Print the cover sheet\n2. Scan\n3. Show the tray of what could not be read"),
    ("Approve a letter as the deputy", 15, "Two accounts, one absent",
     "1. Write a letter\n2. Name the deputy\n3. Approve\n4. Show the record"),
    ("Emergency access", 10, "A patient of another ward",
     "1. Open with a reason\n2. Show what the data protection officer sees"),
    ("Work without the network", 10, "The ward's laptop, network cable",
     "1. Pull the cable\n2. Open a file\n3. Plug it in again"),
)  # fmt: skip
"""(title, minutes, what is prepared, steps)"""

DEMONSTRATIONS = (
    ("Demonstration for nursing", ("Nina Sample", "Rosa Sample", "Emil Sample"), (0, 1, 4)),
    ("Demonstration for physicians", ("Quentin Sample", "Carl Sample"), (0, 2, 3)),
    ("Demonstration for records and IT", ("Dora Sample", "Omar Sample", "Stefan Sample"),
     (1, 2, 3, 4)),
)  # fmt: skip
"""(title, audience, places of the scenarios)"""

REACTIONS = (
    (5, "“That is what we wait for.” Asked how gloves work."),
    (3, "Wants the tray to be sorted by ward."),
    (4, "Deputy was understood at once; wants a warning on the phone."),
    (5, "Data protection officer asked for a weekly summary."),
    (4, "Surprised that it goes on without a network."),
)
"""(rating, what was said) of the scenario at the same place, where it was shown first."""

WISHES = {
    1: "The tray of unread scans shall be sorted by ward",
    2: "A deputy shall be told by a message on the phone",
    3: "The data protection officer shall get a weekly summary of emergency access",
}
"""Place of the scenario -> what somebody wished for when it was shown first."""

EXCHANGES = (
    ("Fit with the work of the hospital", "DOMAIN_FIT",
     (("How does a file follow a patient to another ward?",
       "The transfer message moves the access within a minute."),
      ("What happens with two files of one person?",
       "Records merges them; both numbers go on to find it.")),
     ("HL7 v2",), "Show the way of a patient as a line of time."),
    ("Method of the take-over", "METHOD",
     (("Who decides that the rehearsal was good enough?",
       "Head of records and head of IT, by a list of checks."),
      ("How are pages with stickers scanned?", "")),
     ("PDF/A", "TWAIN"), "The scanner shall find out the kind of a document."),
    ("Use on the ward", "USABILITY",
     (("How many taps from the wristband to a report?", "Two."),
      ("Can the letters be made larger?", "Yes, in four steps, kept for each person.")),
     ("Web browser on Android",), ""),
    ("Servers and interfaces", "TECHNOLOGY",
     (("How are two server rooms kept the same?",
       "The database sends every change to the second room before it confirms."),
      ("Which ports must be open between laboratory and system?", "")),
     ("PostgreSQL", "LDAP", "HL7 v2"), "The interfaces shall offer FHIR beside HL7 v2."),
)  # fmt: skip
"""(title, kind of topic, (question, answer or nothing), technologies, idea)"""

ITINERARY = (
    (0, 30, "Reception", "Welcome, coffee, aims of the day"),
    (30, 75, "Meeting room 1", "How we bring systems into use: three projects"),
    (75, 120, "Service desk", "At the service desk: a morning's calls"),
    (120, 165, "Development", "Talk with the developers about interfaces"),
    (165, 210, "Canteen", "Lunch with a customer from a clinic"),
    (210, 240, "Meeting room 1", "Questions and next steps"),
)
"""(from, until in minutes after the start, place, what)"""

ARRANGEMENTS = (
    "Book meeting room 1", "Order lunch for eight", "Badges at the gate",
    "Ask the clinic for somebody who joins at lunch", "Parking for two cars",
)  # fmt: skip

IMPRESSIONS = (
    ("Carl Sample", 5, "People who answer the phone know the product."),
    ("Omar Sample", 4, "Open about what goes wrong. Wants to see the second server room idea."),
    ("Tilda Sample", 4, "Clear about cost."),
)
