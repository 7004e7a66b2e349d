"""The canonical contact, churn, revenue, survey, customer and observation: pure."""
