// Stands for Twilio's runtime: gives events to a Function, prints what it called back with.
// Liquid templates of the flow are rendered with it as Studio renders them.
const path = require("path");
const twilio = require("twilio");
const { Liquid } = require("liquidjs");

const { name, events, templates } = JSON.parse(process.argv[2]);
globalThis.Twilio = { twiml: twilio.twiml };
globalThis.Runtime = {
  getFunctions: () => ({ ask: { path: path.join(__dirname, "twilio", "ask.private.js") } }),
};
const { handler } = require(`./twilio/${name}.protected.js`);
const context = process.env;
const called = (event) =>
  new Promise((resolve, reject) => {
    handler(context, event, (error, told) => (error ? reject(error) : resolve(told)));
  });
const rendered = async (told, event) => {
  const trigger = { call: { From: event.customer_id, CallSid: event.call_sid } };
  const seen = { widgets: { ask: { parsed: told } }, trigger };
  const engine = new Liquid();
  return Promise.all(templates.map((template) => engine.parseAndRender(template, seen)));
};
(async () => {
  const found = [];
  for (const event of events) {
    const began = performance.now();
    const told = await called(event);
    const milliseconds = performance.now() - began;
    const said = told.toString() === "[object Object]" ? told : told.toString();
    found.push({ said, milliseconds, rendered: await rendered(told, event) });
  }
  console.log(JSON.stringify(found));
})();
