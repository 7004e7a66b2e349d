// OpenFeature's Node.js server SDK: evaluates what it is told as JSON, prints what it found.
import { OpenFeature } from "@openfeature/server-sdk";
import { OFREPProvider } from "@openfeature/ofrep-provider";

const { address, key, asked } = JSON.parse(process.argv[2]);
const provider = new OFREPProvider({
  baseUrl: address,
  headers: [["X-API-Key", key]],
  timeoutMs: 10000,
});
await OpenFeature.setProviderAndWait(provider);
const client = OpenFeature.getClient();
const found = [];
for (const { flag, kind, fallback, context } of asked) {
  const ask = {
    string: client.getStringDetails,
    boolean: client.getBooleanDetails,
    number: client.getNumberDetails,
    object: client.getObjectDetails,
  }[kind];
  found.push(await ask.call(client, flag, fallback, context));
}
console.log(JSON.stringify(found));
await OpenFeature.close();
