// How the queue stands, and the dead letters that wait for an operator.

import { call, withQuery } from './api.js';
import { deadLetterRows } from './dead-letters.js';
import { arrange, empty, failure, h, put, setText, svg } from './dom.js';
import { poll } from './poll.js';
import { WAITING_FOR, ago, chip, duration, number } from './words.js';

const POINTS = 60; // one each 3 s: the last three minutes
const LARGEST_PAGE = 100; // of the service
const SHOWN = 8; // of those who wait

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
    put(this.#nodes, queue.workers?.length ? queue.workers.map(nodeRow) : h('li', { class: 'muted' }, 'No worker is alive, or your token does not see all organizations. Without a worker everything waits: start one with the role “worker”.'));
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
  const list = new WaitingList();
  await poll(signal, 3000, async () => {
    const page = await call('GET', withQuery('/status/deployments', { status: 'pending', limit: LARGEST_PAGE }), { signal });
    // Only the status of a single deployment tells its place; the first few are enough to see what holds the queue up.
    const first = (await Promise.all(likelyFirst(page.deployments).map((one) => statusOf(one, signal)))).filter(Boolean);
    if (first.length === 0) return put(place, empty('Nobody waits', 'Every accepted deployment has a slot.'));
    list.show(first.sort((one, other) => (one.queue?.position ?? 0) - (other.queue?.position ?? 0)), page);
    if (!list.element.isConnected) put(place, list.element);
  }, (error) => {
    const reason = unavailable(error, 'Waiting deployments', 'deployments:read');
    put(place, reason ?? failure(error));
    return reason === null;
  });
}

/** Slots go round the organizations: the oldest of each comes first, then the second of each. The service lists the newest first. */
function likelyFirst(deployments) {
  const turns = new Map();
  const turnOf = ({ organizationId }) => {
    const turn = turns.get(organizationId) ?? 0;
    turns.set(organizationId, turn + 1);
    return turn;
  };
  return [...deployments].reverse().map((one) => ({ one, turn: turnOf(one) })).sort((a, b) => a.turn - b.turn).slice(0, SHOWN).map(({ one }) => one);
}

/** Null for one that was removed in between. */
async function statusOf({ deploymentId }, signal) {
  try {
    return await call('GET', `/deploy/${encodeURIComponent(deploymentId)}/status`, { signal });
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** Rows that are kept and changed in place, so that the focus stays. */
class WaitingList {
  #rows = new Map();
  #list = h('ul', { class: 'rows' });
  #rest = h('p', { class: 'muted small' });
  element = h('div', {}, this.#list, this.#rest);

  show(first, { deployments, nextCursor }) {
    this.#rows = new Map(first.map((one) => [one.deploymentId, this.#rows.get(one.deploymentId) ?? new WaitingRow(one)]));
    for (const one of first) this.#rows.get(one.deploymentId).update(one);
    arrange(this.#list, [...this.#rows.values()].map((row) => row.element));
    setText(this.#rest, nextCursor ? `More than ${LARGEST_PAGE} wait. These are of the newest ${LARGEST_PAGE}; older ones come before them.`
      : deployments.length > first.length ? `${first.length} of ${deployments.length} that wait.` : '');
  }
}

class WaitingRow {
  #status = h('span', { class: 'row-status' });
  #what = h('span', { class: 'row-progress' });
  #when = h('span', { class: 'row-when muted' });
  #shown = '';

  constructor({ deploymentId, projectId, organizationId }) {
    this.element = h('li', {}, h('a', { class: 'row', href: `#/deployment/${encodeURIComponent(deploymentId)}` },
      this.#status,
      h('span', { class: 'row-name' }, h('strong', {}, projectId), h('span', { class: 'muted small' }, `${organizationId} · ${deploymentId}`)),
      this.#what, h('span', { class: 'row-took muted' }), this.#when));
  }

  update({ status, queue, createdAt }) {
    if (status !== this.#shown) put(this.#status, chip(status));
    this.#shown = status;
    setText(this.#what, queue ? `Number ${queue.position}, waits for ${WAITING_FOR[queue.waitingFor] ?? queue.waitingFor}` : 'starts now');
    setText(this.#when, ago(createdAt));
  }
}
