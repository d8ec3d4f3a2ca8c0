// Deployments that are out of attempts: the list, one of them, replay and discard.

import { call, withQuery } from './api.js';
import { actionButton, confirmed, empty, failure, field, h, notify, put } from './dom.js';
import { unavailable } from './queue.js';
import { REASONS, STEPS, moment, timeElement } from './words.js';

const SETTLED = { replayed: 'Replayed', discarded: 'Discarded' };
const LIST = '/status/queue/dead-letters';

/** Fills the place with the newest dead letters and a way to more. */
export async function deadLetterRows(place, signal) {
  const rows = h('ul', { class: 'rows' });
  const more = h('button', { type: 'button', hidden: true, on: { click: () => load() } }, 'Load more');
  let cursor = '';
  await load();

  async function load() {
    more.disabled = true;
    try {
      const page = await call('GET', withQuery(LIST, { limit: 20, cursor }), { signal });
      rows.append(...page.deadLetters.map(row));
      cursor = page.nextCursor ?? '';
      more.hidden = !cursor;
      if (rows.childElementCount > 0) put(place, rows, h('div', { class: 'actions centre' }, more));
      else put(place, empty('No dead letter', 'Nothing waits for an operator. A deployment comes here when all its attempts have failed for a reason that is not the project’s.'));
    } catch (error) {
      if (error.name !== 'AbortError') put(place, unavailable(error, 'Dead letters', 'operations:read') ?? failure(error, () => load()));
    } finally {
      more.disabled = false;
    }
  }
}

function row(letter) {
  return h('li', {}, h('a', { class: 'row', href: `#/dead-letter/${encodeURIComponent(letter.id)}` },
    h('span', { class: 'row-status' }, state(letter)),
    h('span', { class: 'row-name' }, h('strong', {}, letter.projectId ?? 'unknown project'), h('span', { class: 'muted small' }, [letter.organizationId, letter.deploymentId].filter(Boolean).join(' · '))),
    h('span', { class: 'row-progress' }, `${REASONS[letter.reason] ?? letter.reason}: ${letter.finalError}`),
    h('span', { class: 'row-took muted' }), h('span', { class: 'row-when muted' }, timeElement(letter.createdAt))));
}

function state({ resolution }) {
  if (!resolution) return h('span', { class: 'chip bad' }, 'Open');
  return h('span', { class: 'chip off' }, SETTLED[resolution.action] ?? resolution.action);
}

export async function deadLetterView(main, id, signal) {
  const path = `${LIST}/${encodeURIComponent(id)}`;
  const letter = await call('GET', path, { signal });
  const note = h('input', { name: 'note', maxlength: '500', autocomplete: 'off' });
  const body = () => ({ note: note.value.trim() || undefined });
  const again = () => deadLetterView(main, id, signal);

  const replay = actionButton('Replay', async () => {
    const accepted = await call('POST', `${path}/replay`, { body: body() });
    notify('A new deployment takes its place.');
    location.hash = `#/deployment/${encodeURIComponent(accepted.deploymentId)}`;
  }, { class: 'primary' });
  const discard = actionButton('Discard', async () => {
    if (!await confirmed('Discard this dead letter?', 'It counts as settled and cannot be replayed any more.', 'Discard it')) return;
    await call('POST', `${path}/discard`, { body: body() });
    notify('The dead letter is settled.');
    await again();
  }, { class: 'danger' });

  put(main,
    h('p', { class: 'crumb' }, h('a', { href: '#/queue' }, '← Queue')),
    h('div', { class: 'heading' }, h('div', { class: 'title' }, h('h1', {}, letter.projectId ?? 'Dead letter'), state(letter))),
    h('section', { class: 'card problem' }, h('h2', {}, REASONS[letter.reason] ?? letter.reason), h('p', { class: 'what' }, letter.finalError),
      letter.resolution ? settled(letter.resolution) : h('div', {}, field('Note (optional)', note, 'Kept with the decision.'), h('div', { class: 'actions' }, replay, discard))),
    h('section', { class: 'card' }, h('h2', {}, 'Attempts'), attempts(letter.retryHistory ?? []),
      letter.deploymentId ? h('p', {}, h('a', { href: `#/deployment/${encodeURIComponent(letter.deploymentId)}` }, 'Open the deployment with its log')) : null));
}

function settled({ action, by, at, note, replayId }) {
  return h('p', {}, `${SETTLED[action] ?? action} by ${by}, ${moment(at)}. ${note ?? ''} `,
    replayId ? h('a', { href: `#/deployment/${encodeURIComponent(replayId)}` }, 'Open the deployment that took its place') : null);
}

function attempts(history) {
  if (history.length === 0) return h('p', { class: 'muted' }, 'None is recorded.');
  return h('ol', { class: 'attempts' }, history.map(({ at, attempt, step, code, message }) => h('li', {},
    h('strong', {}, `Attempt ${attempt}`), step ? ` in ${STEPS.find(([name]) => name === step)?.[1] ?? step}` : '', h('span', { class: 'muted small' }, ` ${moment(at)}`),
    h('p', {}, message, ' ', h('code', {}, code)))));
}
