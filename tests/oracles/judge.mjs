// SPDX-License-Identifier: Apache-2.0
// Reads what signed_fixture prints and has an oracle judge it: each request as it is, then with one byte changed. Prints a JSON list of
// complaints, [{fixture, problem}…], empty when the oracle accepts all that is signed and nothing else.
//
//   node judge.mjs ./sms.twilio.mjs < signed.json
//
// An oracle's default export is `(request, secrets) => boolean`, or a promise of it, with request = {method, path, query, headers:
// [[name, value]…], body: Buffer} and secrets = {key: text} with the account's `public_url`. An exception means refusal. Where the
// provider's signature does not cover the last letter of the body, the oracle also exports `tamper(request)`, which gives a changed copy.
import { readFileSync } from "node:fs";

const { now, secrets, requests } = JSON.parse(readFileSync(0, "utf8"));

// Libraries that look at the time find it to be when the fixtures arrive.
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now]));
  }
  static now() {
    return now;
  }
};
const oracle = await import(process.argv[2]);

const isPlain = (byte) => /[0-9A-Za-z]/.test(String.fromCharCode(byte));

// The last letter or digit of the body, or of the query where there is no body, becomes another one.
function tamper(request) {
  const place = request.body.length > 0 ? "body" : "query";
  const bytes = Buffer.from(request[place]);
  const at = bytes.findLastIndex(isPlain);
  bytes[at] = bytes[at] === 0x37 ? 0x38 : 0x37;
  return { ...request, [place]: place === "body" ? bytes : bytes.toString() };
}

async function accepts(request) {
  try {
    return (await oracle.default(request, secrets)) === true;
  } catch {
    return false;
  }
}

const complaints = [];
for (const { fixture, body, ...rest } of requests) {
  const request = { ...rest, body: Buffer.from(body, "base64") };
  if (!(await accepts(request))) complaints.push({ fixture, problem: "the provider's library refuses what we signed" });
  if (await accepts((oracle.tamper ?? tamper)(request))) complaints.push({ fixture, problem: "the oracle accepts a changed byte" });
}
console.log(JSON.stringify(complaints));
