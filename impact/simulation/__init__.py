"""A contact centre whose truth is known: pure numpy, every random number from a given generator.

What is simulated: customers, their contacts over time, agents who do not always comply with the
policy they were told, handling, waiting and abandonment, resolution, repeat contacts, churn as a
daily hazard, bills and refunds, surveys with non-response.

What is not: there is no shared queue. Waiting is sampled from the hour's load, so longer calls in
one arm do not make the other arm wait, and the simulated truth holds no congestion.

Every random number is drawn before any policy is known (common random numbers), so the same
customer can be run under each arm and the difference is the policy's doing alone.
"""
