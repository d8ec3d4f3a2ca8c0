// Webhooks of an organization: who is told of its deployments, and what became of each message.

import { call, withQuery } from './api.js';
import { actionButton, confirmed, dialog, dialogForm, empty, failure, field, h, notify, put } from './dom.js';
import { lastUsed, used } from './last-used.js';
import { unavailable } from './queue.js';
import { secretBox } from './secret.js';
import { duration, moment, timeElement } from './words.js';

const EVENTS = [
  ['deployment.queued', 'It was accepted'],
  ['deployment.started', 'A worker took it'],
  ['deployment.completed', 'It is live'],
  ['deployment.failed', 'It ended without success'],
  ['deployment.cancelled', 'It was stopped'],
];
const STATES = { delivered: ['Delivered', 'good'], pending: ['Under way', 'wait'], failed: ['Given up', 'bad'] };
const CHECK = 'Receivers check messages with this secret. It is shown this once.';

const pathOf = (organization, id) => `/organizations/${encodeURIComponent(organization)}/webhooks${id ? `/${encodeURIComponent(id)}` : ''}`;

export async function webhooksView(main, _argument, signal, query) {
  const organization = h('input', { name: 'organization', required: true, autocomplete: 'off', value: query.get('organization') });
  const list = h('div', { 'aria-live': 'polite' });
  const name = () => organization.value.trim();
  const form = h('form', { class: 'filters', on: { submit: (event) => {
    event.preventDefault();
    history.replaceState(null, '', withQuery('#/webhooks', { organization: name() }));
    show();
  } } }, field('Organization', organization), h('button', { class: 'primary' }, 'Show'));
  put(main,
    h('div', { class: 'heading' }, h('h1', {}, 'Webhooks'), h('button', { type: 'button', class: 'primary', on: { click: add } }, 'Add a webhook…')),
    form, list);
  const filled = organization.value ? null : lastUsed(signal).then((last) => { organization.value ||= last.organization; });
  await filled;
  if (name()) await show();
  else put(list, empty('Of which organization?', 'Write its id above to see who is told of its deployments.'));

  async function show() {
    try {
      const { webhooks } = await call('GET', pathOf(name()), { signal });
      used({ organization: name() });
      put(list, webhooks.length === 0
        ? empty('No webhook yet', 'Add the address of a server of yours, and it is told what becomes of each deployment.')
        : h('ul', { class: 'rows' }, webhooks.map(row)));
    } catch (error) {
      if (error.name !== 'AbortError') put(list, unavailable(error, 'Webhooks', 'deployments:read') ?? failure(error, show));
    }
  }

  async function add() {
    await filled;
    if (!form.reportValidity()) return; // without an organization there is nowhere to add it
    const created = await dialog('Add a webhook', (close) => settingsForm({ enabled: true, events: [] }, (body) => call('POST', pathOf(name()), { body }), 'Add', close));
    if (!created) return;
    await dialog('Copy the secret now', (close) => secretBox(CHECK, 'The secret', created.secret, close));
    await show();
  }
}

function row(webhook) {
  return h('li', {}, h('a', { class: 'row', href: `#/webhook/${encodeURIComponent(webhook.organizationId)}/${webhook.id}` },
    h('span', { class: 'row-status' }, state(webhook)),
    h('span', { class: 'row-name' }, h('strong', {}, webhook.description || new URL(webhook.url).host), h('span', { class: 'muted small' }, webhook.url)),
    h('span', { class: 'row-progress small' }, told(webhook)),
    h('span', { class: 'row-took muted' }), h('span', { class: 'row-when muted' }, timeElement(webhook.createdAt))));
}

const told = ({ events }) => (events.length === 0 ? 'everything' : events.map((name) => name.replace('deployment.', '')).join(', '));

function state({ enabled }) {
  return enabled ? h('span', { class: 'chip good' }, 'On') : h('span', { class: 'chip off' }, 'Off');
}

export async function webhookView(main, argument, signal) {
  const end = argument.lastIndexOf('/');
  const [organization, id] = [argument.slice(0, end), argument.slice(end + 1)];
  const path = pathOf(organization, id);
  const { webhook } = await call('GET', path, { signal });
  const again = () => webhookView(main, argument, signal);

  const change = actionButton('Change…', async () => {
    if (await dialog('Change the webhook', (close) => settingsForm(webhook, (body) => call('PUT', path, { body }), 'Save', close))) await again();
  });
  const toggle = actionButton(webhook.enabled ? 'Switch off' : 'Switch on', async () => {
    await call('PUT', path, { body: { enabled: !webhook.enabled } });
    await again();
  });
  const rotate = actionButton('New secret…', async () => {
    if (!await confirmed('Make a new secret?', 'For a day messages are signed with the old one as well, so that the receiver can change over.', 'Make a new secret')) return;
    const rotated = await call('POST', `${path}/secret`);
    await dialog('Copy the secret now', (close) => secretBox(`${CHECK} The old one is good until ${moment(rotated.webhook.oldSecretUntil)}.`, 'The secret', rotated.secret, close));
    await again();
  });
  const remove = actionButton('Remove', async () => {
    if (!await confirmed('Remove this webhook?', 'It is told nothing more, and the log of its messages is gone.', 'Remove it')) return;
    await call('DELETE', path);
    notify('The webhook is removed.');
    location.hash = withQuery('#/webhooks', { organization });
  }, { class: 'danger' });

  const log = h('div', {});
  put(main,
    h('p', { class: 'crumb' }, h('a', { href: withQuery('#/webhooks', { organization }) }, '← Webhooks')),
    h('div', { class: 'heading' }, h('div', { class: 'title' }, h('h1', {}, webhook.description || new URL(webhook.url).host), state(webhook)),
      h('div', { class: 'actions' }, change, toggle, rotate, remove)),
    facts(webhook), h('h2', {}, 'Messages'), log);
  await deliveries(log, path, signal);
}

function facts(webhook) {
  const fact = (name, value) => (value ? h('div', {}, h('dt', {}, name), h('dd', {}, value)) : null);
  return h('section', { class: 'card' }, h('dl', { class: 'facts' },
    fact('Address', webhook.url), fact('Organization', webhook.organizationId), fact('Is told', told(webhook)), fact('Added', moment(webhook.createdAt)),
    fact('Old secret good until', new Date(webhook.oldSecretUntil ?? 0) > new Date() && moment(webhook.oldSecretUntil)), fact('Switched off because', webhook.disabledReason)));
}

/** Fills the place with the newest messages and a way to more. */
async function deliveries(place, path, signal) {
  const rows = h('div', {});
  const more = h('button', { type: 'button', hidden: true, on: { click: () => load() } }, 'Load more');
  let cursor = '';
  await load();

  async function load() {
    more.disabled = true;
    try {
      const page = await call('GET', withQuery(`${path}/deliveries`, { limit: 20, cursor }), { signal });
      rows.append(...page.deliveries.map((one) => message(one, path)));
      cursor = page.nextCursor ?? '';
      more.hidden = !cursor;
      put(place, rows.childElementCount > 0 ? rows : empty('No message yet', 'The next deployment of this organization makes the first one.'), h('div', { class: 'actions centre' }, more));
    } catch (error) {
      if (error.name !== 'AbortError') put(place, failure(error, () => load()));
    } finally {
      more.disabled = false;
    }
  }
}

function message(delivery, path) {
  const [word, kind] = STATES[delivery.status] ?? [delivery.status, 'off'];
  const last = delivery.attempts.at(-1);
  const replay = actionButton('Send again', async () => {
    const answer = await call('POST', `${path}/deliveries/${delivery.id}/replay`);
    notify('The message goes out again.');
    element.replaceWith(message(answer.delivery, path));
  });
  const element = h('details', { class: 'card message' },
    h('summary', {}, h('span', { class: `chip ${kind}` }, word), h('strong', {}, delivery.event), h('span', { class: 'muted small' }, last ? answerOf(last) : 'not tried yet'), timeElement(delivery.createdAt)),
    h('ol', { class: 'attempts' }, delivery.attempts.map((attempt) => h('li', {}, answerOf(attempt), h('span', { class: 'muted small' }, ` ${moment(attempt.at)}, ${duration(attempt.duration)}`)))),
    delivery.nextAttemptAt ? h('p', { class: 'muted small' }, `Tried next ${moment(delivery.nextAttemptAt)}.`) : null,
    h('pre', { class: 'excerpt', tabindex: '0', 'aria-label': 'What is sent' }, JSON.stringify(delivery.message, null, 2)),
    h('div', { class: 'actions' }, replay));
  return element;
}

const answerOf = ({ statusCode, error }) => [statusCode ? `answered ${statusCode}` : null, error].filter(Boolean).join(': ');

function settingsForm(webhook, save, action, close) {
  const url = h('input', { name: 'url', type: 'url', required: true, autocomplete: 'off', placeholder: 'https://…', value: webhook.url ?? '' });
  const description = h('input', { name: 'description', autocomplete: 'off', maxlength: '200', value: webhook.description ?? '' });
  const events = EVENTS.map(([name, about]) => [name, h('input', { type: 'checkbox', name, checked: webhook.events.includes(name) }), about]);
  const work = () => save({
    url: url.value.trim(), description: description.value.trim(), events: events.filter(([, box]) => box.checked).map(([name]) => name), enabled: webhook.enabled,
  });
  return dialogForm(close, { action, work },
    field('Address', url, 'It gets a POST for each event, signed as Standard Webhooks describes.'), field('Description', description),
    h('fieldset', {}, h('legend', {}, 'Events (none: all of them)'), events.map(([name, box, about]) => h('label', { class: 'check' }, box, h('span', {}, h('code', {}, name), ' ', h('span', { class: 'muted' }, about))))));
}
