"""Solution texts of the demo, in two versions, with a table and two scripts."""

from __future__ import annotations

SOLUTION = """# Patient records without paper

## 1. Summary
You replace paper files by a document system. 420 people find every document within two
seconds, and each approval is on record. 客户确认本解决方案的内容。

## 2. Scope
Included:

- the central records office and six wards
- taking over paper files of the last ten years
  - scanning happens at your site
  - originals stay with you

Not included: the archive of the radiology department.

## 3. Taking over the data

| Source | Amount | Way | Checked by |
| --- | ---: | --- | --- |
| Paper files | 38,000 | scanned, recognised | Head of records |
| Shared folders | 210 GB | copied at night | IT manager |
| E-mail | 12 mailboxes | exported | Users themselves |

Each source is taken over twice: once as a rehearsal, once for good.

## 4. Approval
A document is approved by the head of department. Who is absent names a deputy. Nobody
approves a document of their own.

## 5. Schedule and milestones
1. Pilot with ten users after eight weeks
2. Training of all users
3. Acceptance by your committee

## 6. Price and payment
30 % with the signature, 30 % with the kick-off, 40 % with the acceptance.
"""

SOLUTION_REVISED = (
    SOLUTION.replace(
        "Not included: the archive of the radiology department.",
        "The archive of the radiology department is included, too.",
    )
    .replace("| Shared folders | 210 GB |", "| Shared folders and radiology | 340 GB |")
    .replace(
        "## 6. Price", "## 6. Support\nA named contact on weekdays from 8 to 18.\n\n## 7. Price"
    )
)

WAREHOUSE = """# Terminals for the warehouse

## 1. Summary
Orders reach hand-held terminals in the warehouse at once. Nobody carries paper lists any
more, and every move is booked where it happens.

## 2. Scope
- two halls with 64 terminals
- goods in, storing, picking, goods out
  - returns follow in a second project

## 3. Interfaces

| System | Direction | How often | Checked by |
| --- | --- | --- | --- |
| Orders | in | every 10 seconds | Head of operations |
| Stock | out | at each booking | IT manager |
| Invoices | out | every night | Accounts payable |

## 4. Working without a network
A terminal goes on for two hours without a network and books later. Whoever works with it
sees that it is offline.

## 5. Schedule and milestones
1. Pilot in hall 1
2. Trial run with ten users
3. Acceptance by your committee

## 6. Price and payment
30 % with the signature, 30 % with the kick-off, 40 % with the acceptance.
"""
