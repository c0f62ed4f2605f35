// SPDX-License-Identifier: Apache-2.0
// Mailgun publishes no library that verifies its signatures: this follows its documentation ("Securing webhooks") with Node's own readers
// of forms, whose last field of a name counts as Mailgun's.
import { createHmac } from "node:crypto";

export default async function isAuthentic({ headers, body }, secrets) {
  const form = await new Response(body, { headers }).formData();
  const last = (name) => form.getAll(name).at(-1);
  const digest = createHmac("sha256", secrets.signing_key).update(last("timestamp") + last("token")).digest("hex");
  return digest === last("signature");
}

// The signature covers nothing but time and token.
export function tamper(request) {
  return { ...request, body: Buffer.from(request.body.toString("latin1").replaceAll("1767229200", "1767229201"), "latin1") };
}
