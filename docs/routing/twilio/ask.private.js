/**
 * Asks Equipoise which variant a call gets; studio.js and enqueue.js share it.
 *
 * Never throws: late, overloaded or wrong is control. The Service's environment gives
 * EQUIPOISE_URL (https://ab.example), EQUIPOISE_KEY (scope assign), EQUIPOISE_EXPERIMENT
 * (care_over_clock), EQUIPOISE_CONTROL (target_300s) and, if 0.3 s is not right for you,
 * EQUIPOISE_TIMEOUT.
 */

// ANONYMOUS, RESTRICTED, BLOCKED, UNAVAILABLE and UNKNOWN, as Twilio writes them into From.
const HIDDEN = new Set(["+266696687", "+7378742833", "+2562533", "+86282452253", "+8656696"]);

/** Returns the answer, flat and all of it strings. */
exports.ask = async (context, customerId, contactId) => {
  try {
    const response = await fetch(`${context.EQUIPOISE_URL}/api/v1/assign`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${context.EQUIPOISE_KEY}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        customer_id: known(customerId) ? customerId : null,
        contact_id: contactId,
        experiments: [context.EQUIPOISE_EXPERIMENT],
      }),
      signal: AbortSignal.timeout(1000 * Number(context.EQUIPOISE_TIMEOUT || "0.3")),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const answer = await response.json();
    return answer.variant ? answer : control(context, "unanswered");
  } catch (error) {
    console.warn(`Equipoise: ${error.name}, playing control`); // no ids of customers in a log
    return control(context, error.name === "TimeoutError" ? "late" : "failed");
  }
};

/** Returns what a task carries, so that workflows route by it and its record tells it back. */
exports.taskAttributes = (context, answer, callSid) => ({
  call_sid: callSid,
  [`xp_${context.EQUIPOISE_EXPERIMENT}`]: answer.variant,
  xp_source: answer.source,
  xp_assignment: answer.assignment_id,
});

/** Who hides the number is nobody we know: a word, or a word as the keys of a telephone. */
const known = (id) => /\d/.test(id ?? "") && !HIDDEN.has(id);

const control = (context, status) => ({
  status,
  experiment: context.EQUIPOISE_EXPERIMENT,
  variant: context.EQUIPOISE_CONTROL,
  enrolled: "false",
  source: "default",
  assignment_id: "",
});
