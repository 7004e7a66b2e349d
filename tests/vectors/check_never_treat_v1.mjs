// Checks never_treat_v1.json with nothing but Node: `node tests/vectors/check_never_treat_v1.mjs`.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const vectors = JSON.parse(readFileSync(new URL("never_treat_v1.json", import.meta.url)));

let wrong = 0;
for (const { salt, customer, digest } of vectors.rows) {
  const whole = createHash("sha256").update(`n:${salt}:${customer}`, "utf8").digest("hex");
  if (whole.slice(0, 32) !== digest) {
    wrong += 1;
    console.error(salt, customer, whole);
  }
}
console.log(`${vectors.rows.length} rows, ${wrong} wrong`);
process.exitCode = wrong || !vectors.rows.length ? 1 : 0;
