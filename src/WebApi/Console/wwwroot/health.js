// What the service depends on, as it measured it a moment ago.

import { call } from './api.js';
import { failure, h, put } from './dom.js';
import { poll } from './poll.js';
import { duration } from './words.js';

const NAMES = {
  database: 'Database', migrations: 'Migrations', queue: 'Queue', workers: 'Workers', objectStorage: 'Object storage', sandbox: 'Sandbox provider', target: 'Target',
  customDomains: 'Custom domains',
};
const KINDS = { healthy: 'good', degraded: 'wait', unhealthy: 'bad' };
const SENTENCES = { healthy: 'Everything works', degraded: 'It answers, but something is missing', unhealthy: 'It cannot work' };

export async function healthView(main, _argument, signal) {
  const body = h('div', {}, h('p', { class: 'muted' }, 'Asking…'));
  put(main, h('div', { class: 'heading' }, h('h1', {}, 'Health')), body);
  await poll(signal, 5000, async () => {
    const health = await call('GET', '/health/detailed', { signal, accept: [503] }); // 503 is an answer here: it says what is away
    put(body, summary(health), parts(health.checks));
  }, (error) => { put(body, failure(error)); });
}

function summary({ status, version, uptime }) {
  return h('section', { class: 'card health' },
    h('h2', {}, SENTENCES[status] ?? 'It cannot be said', ' ', h('span', { class: `chip ${KINDS[status] ?? 'off'}` }, status)),
    h('p', { class: 'muted' }, `Version ${version}, up for ${duration(uptime)}`));
}

function parts(checks) {
  return h('ul', { class: 'checks' }, Object.entries(checks).map(([name, { status, latency, message }]) => h('li', { class: 'card' },
    h('strong', {}, NAMES[name] ?? name), h('span', { class: `chip ${KINDS[status] ?? 'off'}` }, status),
    h('p', { class: 'muted small' }, `${message} Measured in ${duration(latency)}.`))));
}
