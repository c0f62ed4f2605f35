// SPDX-License-Identifier: Apache-2.0
// Twilio's own library on Twilio's signature, for all its products.
import twilio from "twilio";

// Fields by name, and a list where a name stands several times, as web frameworks hand them over.
function fieldsOf(body) {
  const fields = {};
  for (const [name, value] of new URLSearchParams(body.toString())) {
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  return fields;
}

export default function isAuthentic({ method, query, headers, body }, secrets) {
  const url = secrets.public_url + (query ? `?${query}` : "");
  const [, signature] = headers.find(([name]) => name.toLowerCase() === "x-twilio-signature");
  if (url.includes("bodySHA256=")) return twilio.validateRequestWithBody(secrets.auth_token, signature, url, body.toString());
  return twilio.validateRequest(secrets.auth_token, signature, url, method === "POST" ? fieldsOf(body) : {});
}
