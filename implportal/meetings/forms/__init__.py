from implportal.meetings.forms.meetings import TEXT_LIMIT, TimeAndPlaceForm

__all__ = ["TEXT_LIMIT", "TimeAndPlaceForm"]
