"""What the rows of a survey are called: whom they speak of and by which method."""

RESPONDENTS = "survey_respondents"
ALWAYS = "survey_always_respondents"  # who would answer whatever they were assigned to
RESPONSE = "response_rate"
LOWER, UPPER, WEIGHTED = "lee_lower", "lee_upper", "inverse_probability"
