// Checks saturation_v1.json with nothing but Node: `node tests/vectors/check_saturation_v1.mjs`.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const vectors = JSON.parse(readFileSync(new URL("saturation_v1.json", import.meta.url)));
const experiments = new Map(vectors.experiments.map((each) => [each.name, each]));

function bucket(purpose, salt, text) {
  const digest = createHash("sha256").update(`${purpose}:${salt}:${text}`, "utf8").digest("hex");
  return parseInt(digest.slice(0, 13), 16) % 10000;
}

function owner(ranges, number, covered = (weight) => weight) {
  let start = 0;
  for (const [key, weight] of ranges) {
    if (start <= number && number < start + covered(weight)) return key;
    start += weight;
  }
  return null;
}

function saturated(weights, share) {
  const others = weights.filter(([key]) => key !== "control");
  const total = others.reduce((sum, [, weight]) => sum + weight, 0);
  const parts = new Map(others.map(([key, weight]) => [key, Math.floor((share * weight) / total)]));
  const last = others.at(-1)[0];
  const given = [...parts.values()].reduce((sum, part) => sum + part, 0);
  parts.set(last, parts.get(last) + share - given).set("control", 10000 - share);
  return weights.map(([key]) => [key, parts.get(key)]);
}

let wrong = 0;
for (const row of vectors.rows) {
  const { salt, levels, weights, coverage } = experiments.get(row.experiment);
  const share = owner(levels, bucket("s", salt, row.cluster));
  const number = bucket("x", salt, row.unit);
  const covered = (weight) => Math.floor((coverage * weight) / 10000);
  const variant = owner(saturated(weights, share), number, covered);
  const expected = [row.share, row.bucket, row.eligible, row.variant];
  const given = [share, number, variant !== null, variant ?? "control"];
  wrong += JSON.stringify(given) !== JSON.stringify(expected);
}
console.log(`${vectors.rows.length} rows, ${wrong} wrong`);
process.exitCode = wrong ? 1 : 0;
