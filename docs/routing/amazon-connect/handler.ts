/**
 * Amazon Connect -> Equipoise: which variant does this contact get?
 *
 * Always answers a flat map of strings, never throws: late, overloaded or wrong is control. The
 * environment gives EQUIPOISE_URL (https://ab.example), EQUIPOISE_KEY (scope assign),
 * EQUIPOISE_EXPERIMENT (care_over_clock), EQUIPOISE_CONTROL (target_300s) and, if 0.3 s is not right
 * for you, EQUIPOISE_TIMEOUT. The flow may send customer_id as a parameter; other parameters become
 * attributes, which targeting sees.
 */
import type { ConnectContactFlowEvent, ConnectContactFlowResult } from "aws-lambda";

const TIMEOUT_MS = 1000 * Number(process.env["EQUIPOISE_TIMEOUT"] || "0.3"); // we answer within 200
const STRING_MAP_VALUE = /^[A-Za-z0-9_-]*$/; // what Connect takes in a STRING_MAP

export const handler = async (event: ConnectContactFlowEvent): Promise<ConnectContactFlowResult> => {
  try {
    const answer = await ask(question(event));
    return answer["variant"] ? fitting(answer) : control("unanswered");
  } catch (error) {
    const why = error instanceof Error ? error.name : "unknown"; // no ids of customers in a log
    console.warn(`Equipoise: ${why}, playing control`);
    return control(why === "TimeoutError" ? "late" : "failed");
  }
};

function question(event: ConnectContactFlowEvent): object {
  const { ContactData: contact, Parameters: parameters } = event.Details;
  const { customer_id, ...attributes } = parameters ?? {};
  return {
    customer_id: customer_id || caller(contact.CustomerEndpoint?.Address),
    contact_id: contact.InitialContactId || contact.ContactId, // a transfer keeps its arm
    queue: contact.Queue?.Name ?? null,
    experiments: [process.env["EQUIPOISE_EXPERIMENT"]],
    attributes: { ...attributes, channel: contact.Channel },
  };
}

/** Who hides the number is nobody we know: "anonymous" has no digit. */
const caller = (address: string | undefined): string | null =>
  address && /\d/.test(address) ? address : null;

async function ask(body: object): Promise<Record<string, string>> {
  const response = await fetch(`${process.env["EQUIPOISE_URL"]}/api/v1/assign`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env["EQUIPOISE_KEY"]}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as Record<string, string>;
}

/** Leaves out policy fields with a character that would make Connect refuse the whole answer. */
function fitting(answer: Record<string, string>): ConnectContactFlowResult {
  return Object.fromEntries(
    Object.entries(answer).filter(([, value]) => STRING_MAP_VALUE.test(value)),
  );
}

function control(status: string): ConnectContactFlowResult {
  return {
    status,
    experiment: process.env["EQUIPOISE_EXPERIMENT"] ?? "",
    variant: process.env["EQUIPOISE_CONTROL"] ?? "control",
    enrolled: "false",
    assignment_id: "",
    source: "default",
  };
}
