// SPDX-License-Identifier: Apache-2.0
// The peer of satupintu_decode_cost: what Node needs to parse the JSON files of a directory and to look at every value in them, which is the
// least that a gateway in JavaScript would do. parse.js DIRECTORY ROUNDS MILLISECONDS prints the median CPU time of a file in µs. It is the
// whole process' time, with the collector's, as the allocator's is in ours.
import { readFileSync, readdirSync } from 'node:fs';

const [directory, rounds, milliseconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const files = readdirSync(directory).map((name) => readFileSync(`${directory}/${name}`));

function walk(value) {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 1;
  let seen = 0;
  for (const key in value) seen += key.length + walk(value[key]);
  return seen;
}

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const costs = [];
let seen = 0;
for (let round = 0; round <= rounds; round++) {
  const began = cpuMicroseconds();
  let steps = 0;
  while (cpuMicroseconds() - began < milliseconds * 1000) {
    for (const bytes of files) seen += walk(JSON.parse(bytes.toString('utf8')));
    steps += files.length;
  }
  if (round > 0) costs.push((cpuMicroseconds() - began) / steps);   // the first round only warms up
}
if (seen === 0) throw new Error('nothing was there to be read');
costs.sort((a, b) => a - b);
console.log(costs[rounds >> 1].toFixed(2));
