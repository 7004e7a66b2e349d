// OpenFeature's web SDK: prints one line of JSON when it is ready and one at every change.
import { EventSource } from "eventsource";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

globalThis.EventSource = EventSource; // what a browser has and Node.js does not yet

const { address, key, targetingKey } = JSON.parse(process.argv[2]);
const statuses = [];
const tell = (said, more = {}) => {
  const client = OpenFeature.getClient();
  const flags = {
    flag_string: client.getStringDetails("flag_string", "default"),
    flag_boolean: client.getBooleanDetails("flag_boolean", false),
    flag_integer: client.getNumberDetails("flag_integer", -1),
    flag_number: client.getNumberDetails("flag_number", -1),
    flag_object: client.getObjectDetails("flag_object", {}),
    flag_ended: client.getStringDetails("flag_ended", "default"),
    unknown: client.getStringDetails("unknown", "default"),
  };
  console.log(JSON.stringify({ said, flags, statuses, ...more }));
};
const provider = new OFREPWebProvider({
  baseUrl: address,
  headers: [["Authorization", `Bearer ${key}`]],
  cacheMode: "disabled",
  timeoutMs: 10000,
  pollInterval: 0,
  fetchImplementation: async (...request) => {
    const response = await fetch(...request);
    statuses.push(response.status);
    if (response.status === 304) setTimeout(() => tell("unchanged"), 0);
    return response;
  },
});
OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => tell("changed"));
await OpenFeature.setContext({ targetingKey });
try {
  await OpenFeature.setProviderAndWait(provider);
  tell("ready");
} catch (error) {
  console.log(JSON.stringify({ said: "failed", code: error.code, message: error.message }));
  process.exit(0);
}
process.stdin.on("end", () => process.exit(0)).resume();
