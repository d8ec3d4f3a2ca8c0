// How the queue stands, and the dead letters that wait for an operator.

import { call, withQuery } from './api.js';
import { deadLetterRows } from './dead-letters.js';
import { empty, failure, h, put, setText, svg } from './dom.js';
import { poll } from './poll.js';
import { WAITING_FOR, ago, chip, duration, number } from './words.js';

const POINTS = 60; // one each 3 s: the last three minutes

export async function queueView(main, _argument, signal) {
  const problem = h('div', {});
  const figures = h('div', {});
  const waiting = h('div', {});
  const letters = h('div', {});
  put(main, h('div', { class: 'heading' }, h('h1', {}, 'Queue')), problem, figures,
    h('h2', {}, 'Who waits'), waiting, h('h2', {}, 'Dead letters'), letters,
    h('p', { class: 'muted small' }, 'The jobs behind all this: ', h('a', { href: '/hangfire', target: '_blank', rel: 'noopener' }, 'Hangfire dashboard'), ', for a token that sees all organizations.'));

  await Promise.all([
    watchFigures(signal, figures, problem),
    watchWaiting(signal, waiting),
    deadLetterRows(letters, signal),
  ]);
}

/** Why a part of the console stays empty, where the service or the token does not have it. */
export function unavailable(error, what, scope) {
  if (error.status === 404) return empty(`${what} cannot be shown`, 'This version of the service does not offer it at this address.');
  if (error.status === 403) return empty(`${what} cannot be shown`, `Your token lacks the scope “${scope}”. Sign in with a token that has it.`);
  return null;
}

async function watchFigures(signal, place, problem) {
  const history = [];
  let board = null;
  await poll(signal, 3000, async () => {
    const { queue, deadLetter } = await call('GET', '/status/queue', { signal });
    put(problem);
    history.push(queue.throughputPerMinute ?? 0);
    if (history.length > POINTS) history.shift();
    board ??= new Board(place);
    board.update(queue, deadLetter, history);
  }, (error) => {
    const reason = unavailable(error, 'The queue', 'operations:read');
    put(problem, reason ?? failure(error));
    return reason === null; // what is not offered will not be offered a moment later
  });
}

class Board {
  #tiles = {};
  #line = svg('polyline', { class: 'spark-line', fill: 'none' });
  #area = svg('polygon', { class: 'spark-area' });
  #nodes = h('ul', { class: 'nodes' });
  #limits = h('p', { class: 'muted small' });

  constructor(place) {
    const tile = (name, label) => {
      this.#tiles[name] = h('strong', {}, '–');
      return h('div', { class: 'tile' }, h('span', { class: 'label' }, label), this.#tiles[name]);
    };
    put(place,
      h('div', { class: 'tiles' }, tile('waiting', 'Waiting'), tile('scheduled', 'Between attempts'), tile('running', 'Running'), tile('oldest', 'Oldest wait'), tile('dead', 'Dead letters')),
      h('div', { class: 'columns' },
        h('section', { class: 'card', 'aria-label': 'Slots by node' }, h('h2', {}, 'Slots by node'), this.#nodes, this.#limits),
        h('section', { class: 'card', 'aria-label': 'Throughput' }, h('h2', {}, 'Throughput'),
          h('p', {}, this.#tiles.throughput = h('strong', { class: 'figure' }, '–'), ' deployments a minute'),
          svg('svg', { class: 'spark', viewBox: '0 0 300 60', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.#area, this.#line),
          h('p', { class: 'muted small' }, 'Since this page was opened, three minutes at most.'))));
  }

  update(queue, deadLetter, history) {
    setText(this.#tiles.waiting, number(queue.enqueued));
    setText(this.#tiles.scheduled, number(queue.scheduled));
    setText(this.#tiles.running, number(queue.processing));
    setText(this.#tiles.oldest, queue.oldestWaitingMs > 0 ? duration(queue.oldestWaitingMs) : 'none');
    setText(this.#tiles.dead, number(deadLetter?.count));
    setText(this.#tiles.throughput, (queue.throughputPerMinute ?? 0).toLocaleString(undefined, { maximumFractionDigits: 1 }));
    setText(this.#limits, `At most ${queue.maxConcurrentDeployments} at once on a node, ${queue.maxRetries} retries.`);
    put(this.#nodes, queue.workers?.length ? queue.workers.map(nodeRow) : h('li', { class: 'muted' }, 'No worker has reported. Start one with the role “worker”; until then everything waits.'));
    this.#draw(history);
  }

  #draw(history) {
    const top = Math.max(1, ...history);
    const x = (at) => ((POINTS - history.length + at) / (POINTS - 1)) * 300; // the newest stands at the right edge
    const points = history.map((value, at) => `${x(at)},${58 - (value / top) * 54}`).join(' ');
    this.#line.setAttribute('points', points);
    this.#area.setAttribute('points', `${x(0)},60 ${points} 300,60`);
  }
}

function nodeRow({ node, slots, busy, lastHeartbeat }) {
  return h('li', {}, h('strong', {}, node),
    h('span', { class: 'slots', 'aria-hidden': 'true' }, Array.from({ length: Math.min(slots, 40) }, (_, at) => h('span', { class: at < busy ? 'slot busy' : 'slot' }))),
    h('span', { class: 'muted small' }, `${busy} of ${slots} busy · seen ${ago(lastHeartbeat)}`));
}

async function watchWaiting(signal, place) {
  await poll(signal, 3000, async () => {
    const { deployments } = await call('GET', withQuery('/status/deployments', { status: 'pending', limit: 20 }), { signal });
    // Only the status of a single deployment tells its place; the first few are enough to see what holds the queue up.
    const oldest = await Promise.all(deployments.slice(-8).reverse().map((one) => call('GET', `/deploy/${encodeURIComponent(one.deploymentId)}/status`, { signal })));
    put(place, oldest.length === 0
      ? empty('Nobody waits', 'Every accepted deployment has a slot.')
      : h('ul', { class: 'rows' }, oldest.map(waitingRow)));
  }, (error) => {
    const reason = unavailable(error, 'Waiting deployments', 'deployments:read');
    put(place, reason ?? failure(error));
    return reason === null;
  });
}

function waitingRow({ deploymentId, projectId, organizationId, status, queue, createdAt }) {
  const what = queue ? `waits for ${WAITING_FOR[queue.waitingFor] ?? queue.waitingFor}` : 'starts now';
  return h('li', {}, h('a', { class: 'row', href: `#/deployment/${encodeURIComponent(deploymentId)}` },
    h('span', { class: 'row-status' }, chip(status)),
    h('span', { class: 'row-name' }, h('strong', {}, projectId), h('span', { class: 'muted small' }, `${organizationId} · ${deploymentId}`)),
    h('span', { class: 'row-progress' }, queue ? `Number ${queue.position}, ${what}` : what),
    h('span', { class: 'row-took muted' }), h('span', { class: 'row-when muted' }, ago(createdAt))));
}
