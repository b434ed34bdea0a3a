"""One project from the first meeting to the last payment, walked through the pages.

Nothing here knows the database: what a person cannot see on a page, the walk
does not know either.
"""
