// Checks schedule_v1.json with nothing but Node: `node tests/vectors/check_schedule_v1.mjs`.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const vectors = JSON.parse(readFileSync(new URL("schedule_v1.json", import.meta.url)));
const blocks = new Map();
for (const row of vectors.rows) {
  const name = `${row.experiment} ${row.block}`;
  blocks.set(name, [...(blocks.get(name) ?? []), row]);
}

let wrong = 0;
for (const rows of blocks.values()) {
  const { salt, counts } = vectors.experiments.find((each) => each.name === rows[0].experiment);
  const order = ({ slot }) => createHash("sha256").update(`w:${salt}:${slot}`, "utf8").digest("hex");
  const deck = counts.flatMap(([variant, count]) => Array(count).fill(variant));
  rows.sort((one, other) => (order(one) < order(other) ? -1 : 1));
  wrong += rows.filter((row, place) => row.variant !== deck[place]).length;
}
console.log(`${vectors.rows.length} slots, ${wrong} wrong`);
process.exitCode = wrong ? 1 : 0;
