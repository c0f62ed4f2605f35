// SPDX-License-Identifier: Apache-2.0
// Check the signature, enter the delivery in Redis, answer: fastify and ioredis, in one process or several.
import cluster from 'node:cluster';
import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { Redis } from 'ioredis';

const { APP_SECRET, REDIS_SOCKET, ENTER_SCRIPT, PORT, PROCESSES } = process.env;

function isSigned(body, signature) {
  if (typeof signature !== 'string' || !signature.startsWith('sha256=')) return false;
  const claimed = Buffer.from(signature.slice(7), 'hex');
  const digest = createHmac('sha256', APP_SECRET).update(body).digest();
  return claimed.length === digest.length && timingSafeEqual(claimed, digest);
}

function messageId(body) {
  try {
    return JSON.parse(body).entry[0].changes[0].value.messages[0].id;
  } catch {
    return undefined;
  }
}

async function serve() {
  const redis = new Redis({ path: REDIS_SOCKET, enableAutoPipelining: true });
  redis.defineCommand('enter', { numberOfKeys: 2, lua: ENTER_SCRIPT });

  const app = Fastify({ logger: false, bodyLimit: 3_500_000, keepAliveTimeout: 75_000 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
  app.post('/channels/wa', async (request, reply) => {
    const body = request.body;
    if (!isSigned(body, request.headers['x-hub-signature-256'])) return reply.code(403).send();
    const id = messageId(body);
    if (id === undefined) return reply.code(400).send();
    await redis.enter(`seen:wa:${id}`, 'deliveries', id, body);
    return reply.code(200).send();
  });
  await app.listen({ host: '127.0.0.1', port: Number(PORT), backlog: 1024 });
}

if (cluster.isPrimary && Number(PROCESSES) > 1) {
  for (let i = 0; i < Number(PROCESSES); ++i) cluster.fork();
} else {
  await serve();
}
