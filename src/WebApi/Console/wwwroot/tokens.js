// API tokens: list, create, revoke. For administrators.

import { call } from './api.js';
import { actionButton, confirmed, dialog, dialogForm, empty, failure, field, h, notify, put } from './dom.js';
import { unavailable } from './queue.js';
import { secretBox } from './secret.js';
import { ago, moment } from './words.js';

const SCOPES = [
  ['deployments:read', 'See deployments and logs'],
  ['deployments:write', 'Deploy, cancel, retry, roll back'],
  ['projects:write', 'Change projects'],
  ['operations:read', 'See the queue and dead letters'],
  ['operations:write', 'Replay and discard dead letters, clean up'],
  ['admin', 'Everything, in every organization'],
];

export async function tokensView(main, _argument, signal) {
  const list = h('div', {});
  put(main, h('div', { class: 'heading' }, h('h1', {}, 'API tokens'),
    h('button', { type: 'button', class: 'primary', on: { click: create } }, 'Create a token…')), list);
  await show();

  async function show() {
    try {
      const { tokens } = await call('GET', '/tokens', { signal });
      put(list, tokens.length === 0
        ? empty('No token yet', 'Create one for each program that calls the API, with only the scopes that it needs.')
        : table(tokens, revoke));
    } catch (error) {
      if (error.name !== 'AbortError') put(list, unavailable(error, 'Tokens', 'admin') ?? failure(error, show));
    }
  }

  async function create() {
    const created = await dialog('Create a token', createForm);
    if (!created) return;
    await dialog('Copy the token now', (close) => secretBox(
      `“${created.name}” is ready. The service keeps only a hash of it, so it is shown this once.`, 'The token', created.secret, close));
    await show();
  }

  async function revoke(token) {
    if (!await confirmed(`Revoke “${token.name}”?`, 'Whoever uses it is refused from now on. This cannot be undone.', 'Revoke it')) return;
    await call('DELETE', `/tokens/${encodeURIComponent(token.id)}`);
    notify('The token is revoked.');
    await show();
  }
}

function table(tokens, revoke) {
  return h('div', { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Tokens' }, h('table', { class: 'stacks' },
    h('thead', {}, h('tr', {}, ['Name', 'Organization', 'Scopes', 'Last used', 'Expires', ''].map((text) => h('th', { scope: 'col' }, text)))),
    h('tbody', {}, tokens.map((token) => h('tr', {},
      h('th', { scope: 'row' }, token.name, h('br'), h('code', { class: 'muted' }, `${token.prefix}…`)),
      h('td', { 'data-label': 'Organization' }, token.organizationId ?? 'all'),
      h('td', { 'data-label': 'Scopes' }, token.scopes.join(', ')),
      h('td', { 'data-label': 'Last used' }, token.lastUsedAt ? ago(token.lastUsedAt) : 'never'),
      h('td', { 'data-label': 'Expires' }, token.expiresAt ? moment(token.expiresAt) : 'never'),
      h('td', {}, token.revokedAt
        ? h('span', { class: 'chip off' }, 'Revoked')
        : actionButton('Revoke', () => revoke(token), { class: 'danger', 'aria-label': `Revoke ${token.name}` })))))));
}

function createForm(close) {
  const name = h('input', { name: 'name', required: true, autocomplete: 'off', placeholder: 'what it is for' });
  const organization = h('input', { name: 'organizationId', autocomplete: 'off' });
  const user = h('input', { name: 'userId', autocomplete: 'off' });
  const days = h('select', { name: 'days' }, [['90', '90 days'], ['365', 'a year'], ['7', '7 days'], ['', 'no end']].map(([value, text]) => h('option', { value }, text)));
  const scopes = SCOPES.map(([scope, about], at) => [scope, h('input', { type: 'checkbox', name: scope, checked: at < 2 }), about]);
  const work = () => call('POST', '/tokens', { body: {
    name: name.value.trim(),
    organizationId: organization.value.trim() || undefined,
    userId: user.value.trim() || undefined,
    scopes: scopes.filter(([, box]) => box.checked).map(([scope]) => scope),
    expiresAt: days.value ? new Date(Date.now() + Number(days.value) * 86400000).toISOString() : undefined,
  } });
  return dialogForm(close, { action: 'Create', work },
    h('div', { class: 'fields' }, field('Name', name), field('Organization', organization, 'Empty: all of them.'), field('User', user, 'Empty: a service, no user.'), field('Good for', days)),
    h('fieldset', {}, h('legend', {}, 'Scopes'), scopes.map(([scope, box, about]) => h('label', { class: 'check' }, box, h('span', {}, h('code', {}, scope), ' ', h('span', { class: 'muted' }, about))))));
}
