// Checks assignment_v1.json with nothing but Node: `node tests/vectors/check_assignment_v1.mjs`.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const vectors = JSON.parse(readFileSync(new URL("assignment_v1.json", import.meta.url)));
const experiments = new Map(vectors.experiments.map((each) => [each.name, each]));

function bucket(purpose, salt, unit) {
  const digest = createHash("sha256").update(`${purpose}:${salt}:${unit}`, "utf8").digest("hex");
  return parseInt(digest.slice(0, 13), 16) % 10000;
}

function owner({ weights, coverage }, number) {
  let start = 0;
  for (const [key, weight] of weights) {
    if (start <= number && number < start + Math.floor((coverage * weight) / 10000)) return key;
    start += weight;
  }
  return null;
}

function answer(experiment, unit) {
  const { layer, salt, control } = experiment;
  const layer_bucket = layer && bucket("l", layer.salt, unit);
  const in_layer = !layer || (layer.start <= layer_bucket && layer_bucket < layer.end);
  const number = bucket("x", salt, unit);
  const variant = in_layer ? owner(experiment, number) : null;
  return [layer_bucket, in_layer, number, variant !== null, variant ?? control];
}

let wrong = 0;
for (const { raw, canonical } of vectors.units) {
  wrong += raw.trim().normalize("NFC") !== canonical;
}
for (const row of vectors.rows) {
  const unit = vectors.units[row.unit].canonical;
  const expected = [row.layer_bucket, row.in_layer, row.bucket, row.eligible, row.variant];
  const given = answer(experiments.get(row.experiment), unit);
  if (JSON.stringify(given) !== JSON.stringify(expected)) {
    wrong += 1;
    console.error(row, given);
  }
}
console.log(`${vectors.rows.length} rows, ${wrong} wrong`);
process.exitCode = wrong ? 1 : 0;
