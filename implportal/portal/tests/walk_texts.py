"""A solution in two versions, written for the walk."""

from __future__ import annotations

VERSION_1 = """# Records without paper

## 1. Summary
You replace paper files by a document system. 客户确认本解决方案的内容。

##2.0 Scope
Included:

- the central records office
  - scanning happens at your site

### 2.1 What is taken over

| Source | Amount | Checked by |
| --- | ---: | --- |
| Paper files | 38,000 | Head of records |

### 2.2 What is not
The archive of the radiology department.

Price
-----
30 % with the signature, 30 % with the kick-off, 40 % with the acceptance.
"""

VERSION_2 = """# Records without paper

## 1. Summary
You replace paper files by a document system. 客户确认本解决方案的内容。

##2.0 Scope
Included:

- the central records office
  - scanning happens at your site

### 2.1 What is taken over

| Source | Amount | Checked by |
| --- | ---: | --- |
| Paper files and radiology | 42,000 | Head of records |

Support
-------
A named contact on weekdays from 8 to 18.

Price
-----
30 % with the signature, 30 % with the kick-off, 40 % with the acceptance.
"""
