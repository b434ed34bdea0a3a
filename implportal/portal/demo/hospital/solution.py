"""The solution document of the hospital: twenty-five sections, and what version 2 changes."""

from __future__ import annotations

SOLUTION = """# Patient records without paper

## 1. Summary
{{customer}} replaces paper files by a document system. 420 people find every document
within two seconds, each approval is on record, and no operation waits for a consent form.
The first stage covers central records, surgery and outpatients. Beside each section stands
which of your requirements it answers.

## 2. Scope
Included:

- the central records office, six wards of surgery, and the outpatient desks
- taking over paper files of the last ten years
  - scanning happens at your site, by a contractor
  - originals stay with you
- training of all users and of eight key users

Not included: the archive of the radiology department.

## 3. How you will work
### 3.1 Finding a document
One search field finds patients by name, date of birth or case number. The newest documents
stand first. A document opens in less than two seconds.

### 3.2 Filing
Documents that come on paper are scanned at the desk. A cover sheet with a bar code files
them under the right case; what cannot be read waits in a tray for central records.

### 3.3 Approving a letter
A letter goes to the senior physician, or to the deputy named for the day. Nobody approves a
letter of their own. A letter that is not approved on the day of discharge is shown in red on
the list of the department.

### 3.4 Consent forms
The patient signs on the tablet, the physician beside. A printed copy is handed over. The
list of operations shows for each patient whether the form is there.

### 3.5 At the bedside
On tablets and on laptops the same pages are used. Buttons are large enough for gloves.

## 4. Who may see what
### 4.1 Access
A file is open to those who treat the patient: the ward of the stay, and departments that
were asked for help. Access ends thirty days after discharge.

### 4.2 Emergency access
Whoever needs a file in an emergency opens it by giving a reason. The data protection officer
sees each of these on the next morning.

### 4.3 The record of access
Who opened which file, when and where, is kept for ten years and cannot be changed.

## 5. Keeping and deleting

| Document | Kept for | Deleted by |
| --- | ---: | --- |
| Doctor's letter, consent form, nursing record | 30 years | Records, approved by data protection |
| Laboratory report | 10 years | Records, approved by data protection |
| Drafts that nobody approved | 90 days | The system |

## 6. Taking over what exists

| Source | Amount | Way | Checked by |
| --- | ---: | --- | --- |
| Paper files | 2.4 million pages | scanned by a contractor | Head of records |
| Shared folders | 210 GB | copied at night | Head of IT |
| Old system | 310,000 documents | exported, twice | Head of records |

Each source is taken over twice: once as a rehearsal, once for good.

## 7. Connected systems
### 7.1 Patients
Admissions, transfers and discharges come as HL7 v2 messages from the patient management
system. A message that cannot be read waits in a list and is never lost.

### 7.2 Reports
Laboratory, radiology and anaesthesia send documents as they are finished. A laboratory report
is in the file within one minute.

### 7.3 Accounts
Users come from your directory. Who leaves the hospital cannot sign in from the same hour on.

## 8. Operation
### 8.1 Servers
The system runs in your two server rooms. Either of them carries the whole load.

### 8.2 When the network is down
Each ward keeps a laptop with the documents of its patients, renewed every ten minutes, to read.

### 8.3 Support
A named contact on weekdays from 8 to 18; at night and on holidays a duty engineer for
standstill. Unplanned standstill in a year stays below four hours.

## 9. Training
Eight key users for two days, everybody else for two hours on the own ward. Night shifts are
trained in the evening.

## 10. Schedule

1. Rehearsal of the take-over after eight weeks
2. Pilot on one ward of surgery after twelve weeks
3. First stage in use by the day that you named
4. Acceptance by your committee four weeks later

## 11. Price and payment
30 % with the signature, 30 % with the kick-off, 40 % with the acceptance.
"""

SOLUTION_REVISED = SOLUTION.replace(
    "Not included: the archive of the radiology department.",
    "The archive of the radiology department is included: its reports of the last ten years.",
).replace("| Old system | 310,000 documents |", "| Old system and radiology | 470,000 documents |")
"""Version 2, after the head of records asked about the radiology archive."""

ANSWERS = {
    "Scope": ("first stage shall cover", "take over documents from"),
    "Finding a document": ("find a document", "words in scanned pages", "with one click"),
    "Filing": ("cannot be read", "wrong patient", "two people change", "is lent"),
    "Approving a letter": ("letter shall be", "deputy", "open approvals"),
    "Consent forms": ("consent form",),
    "At the bedside": ("bedside", "gloves", "weak eyesight"),
    "Access": ("open to those", "signed in", "sign in with", "staff card"),
    "Emergency access": ("in an emergency", "weekly summary"),
    "The record of access": ("officer shall be able", "on record"),
    "Keeping and deleting": ("kept for", "deleted only", "keeping times"),
    "Taking over what exists": ("pages of paper", "scanned by"),
    "Patients": ("admissions", "written once"),
    "Reports": ("received from", "report shall be there", "general practitioner"),
    "Accounts": ("user accounts", "people work at the same time"),
    "Servers": ("shall run", "backups"),
    "When the network is down": ("without the network",),
    "Support": ("standstill", "these shifts"),
    "Training": ("training shall",),
    "Schedule": ("in productive use", "no change shall"),
}
"""Section -> words of the requirements that it answers; a few are left open on purpose."""
