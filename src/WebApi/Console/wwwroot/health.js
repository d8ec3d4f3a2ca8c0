// What the service depends on, as it measured it a moment ago.

import { call } from './api.js';
import { failure, h, put } from './dom.js';
import { poll } from './poll.js';
import { duration } from './words.js';

const NAMES = {
  database: 'Database', queue: 'Queue', workers: 'Workers', storage: 'Object storage', objectStorage: 'Object storage', object_storage: 'Object storage',
  sandbox: 'Sandbox provider', sandboxProvider: 'Sandbox provider', sandbox_provider: 'Sandbox provider', target: 'Target', migrations: 'Migrations',
};
const KINDS = { healthy: 'good', ok: 'good', up: 'good', degraded: 'wait', unhealthy: 'bad', down: 'bad' };

export async function healthView(main, _argument, signal) {
  const body = h('div', {}, h('p', { class: 'muted' }, 'Asking…'));
  put(main, h('div', { class: 'heading' }, h('h1', {}, 'Health')), body);
  let path = '/health/detailed';
  await poll(signal, 5000, async () => {
    const health = await ask();
    put(body, summary(health), parts(health));
  }, (error) => { put(body, error.status === 404 ? missing() : failure(error)); return error.status !== 404; });

  // 503 is an answer here: it says what is away.
  async function ask() {
    try {
      return await call('GET', path, { signal, accept: [503] });
    } catch (error) {
      if (error.status !== 404 || path === '/health') throw error;
      path = '/health';
      return call('GET', path, { signal, accept: [503] });
    }
  }
}

function missing() {
  return h('div', { class: 'empty' }, h('h2', {}, 'Health cannot be shown'), h('p', {}, 'This version of the service does not measure it yet.'));
}

function summary({ status, version, uptime }) {
  const good = KINDS[status] === 'good';
  return h('section', { class: 'card health' },
    h('h2', {}, good ? 'Everything works' : 'Something does not work', ' ', h('span', { class: `chip ${KINDS[status] ?? 'bad'}` }, status ?? 'unknown')),
    h('p', { class: 'muted' }, [version ? `Version ${version}` : null, uptime ? `up for ${duration(uptime)}` : null].filter(Boolean).join(' · ')));
}

function parts({ checks, dependencies }) {
  const given = dependencies ?? checks ?? {};
  const list = Array.isArray(given) ? given : Object.entries(given).map(([name, check]) => ({ name, ...(typeof check === 'object' ? check : { status: String(check) }) }));
  return h('ul', { class: 'checks' }, list.map(({ name, status, latency, message }) => h('li', { class: 'card' },
    h('strong', {}, NAMES[name] ?? name), h('span', { class: `chip ${KINDS[status] ?? 'off'}` }, status ?? 'unknown'),
    h('p', { class: 'muted small' }, [message, typeof latency === 'number' ? `answered in ${duration(latency)}` : null].filter(Boolean).join(' · ')))));
}
