// SPDX-License-Identifier: Apache-2.0
// Vonage's own library on the signature of its SMS API.
import { AlgorithmTypes } from "@vonage/auth";
import { SMS } from "@vonage/sms";

const algorithms = {
  md5hash: AlgorithmTypes.md5hash,
  md5: AlgorithmTypes.md5hmac,
  sha1: AlgorithmTypes.sha1hmac,
  sha256: AlgorithmTypes.sha256hmac,
  sha512: AlgorithmTypes.sha512hmac,
};

function parametersOf({ method, query, headers, body }) {
  if (method === "GET") return Object.fromEntries(new URLSearchParams(query));
  const [, type] = headers.find(([name]) => name.toLowerCase() === "content-type");
  return type === "application/json" ? JSON.parse(body.toString()) : Object.fromEntries(new URLSearchParams(body.toString()));
}

export default function isAuthentic(request, secrets) {
  const parameters = parametersOf(request);
  const sms = new SMS({ apiKey: parameters["api-key"], apiSecret: secrets.secret });
  return sms.verifySignature(parameters.sig, parameters, secrets.secret, algorithms[secrets.signature_method ?? "sha256"]);
}
