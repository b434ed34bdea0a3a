"""The whole pre-sales of one hospital: survey, requirements, solution, meetings, users."""
