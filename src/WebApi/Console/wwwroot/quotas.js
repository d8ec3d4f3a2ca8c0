// How many deployments an organization may still start.

import { call, withQuery } from './api.js';
import { empty, failure, field, h, put } from './dom.js';
import { lastUsed, used } from './last-used.js';
import { unavailable } from './queue.js';
import { moment, number } from './words.js';

export async function quotasView(main, _argument, signal, query) {
  const organization = h('input', { name: 'organization', required: true, autocomplete: 'off', value: query.get('organization') });
  const result = h('div', { 'aria-live': 'polite' });
  const form = h('form', { class: 'filters', on: { submit: (event) => {
    event.preventDefault();
    history.replaceState(null, '', withQuery('#/quotas', { organization: organization.value.trim() }));
    show();
  } } }, field('Organization', organization), h('button', { class: 'primary' }, 'Show'));
  put(main, h('div', { class: 'heading' }, h('h1', {}, 'Quotas')), form, result);
  if (!organization.value) await lastUsed(signal).then((last) => { organization.value ||= last.organization; });
  if (organization.value.trim()) await show();
  else put(result, empty('Of which organization?', 'Write its id above to see what it may still deploy.'));

  async function show() {
    try {
      const name = organization.value.trim();
      const quota = await call('GET', `/organizations/${encodeURIComponent(name)}/quota`, { signal });
      used({ organization: name });
      put(result, card(name, quota), plans(quota.plans ?? []));
    } catch (error) {
      if (error.name === 'AbortError') return;
      put(result, error.status === 404 && error.code === 'NOT_FOUND' ? failure({ ...error, message: 'No such organization, or your token does not belong to it.' })
        : unavailable(error, 'Quotas', 'deployments:read') ?? failure(error, show));
    }
  }
}

function card(name, { total, used, remaining, resetDate }) {
  const share = total > 0 ? used / total : 0;
  const fill = h('span', { class: 'bar-fill' });
  fill.style.transform = `scaleX(${Math.min(1, share)})`;
  return h('section', { class: 'card' },
    h('h2', {}, name),
    h('p', { class: 'quota' }, h('strong', { class: 'figure' }, number(remaining)), ` of ${number(total)} deployments left`),
    h('span', { class: 'bar', role: 'meter', 'aria-label': 'Used', 'aria-valuemin': '0', 'aria-valuemax': String(total), 'aria-valuenow': String(used), 'data-kind': remaining === 0 ? 'bad' : 'good' }, fill),
    h('p', { class: 'muted' }, `${number(used)} used. `,
      resetDate ? `New ones from ${moment(resetDate)}.` : '',
      remaining > 0 ? '' : resetDate ? ' Until then new deployments are refused; a larger plan helps at once.'
        : 'New deployments are refused until an operator sets a limit.'));
}

function plans(list) {
  if (list.length === 0) return h('p', { class: 'muted' }, 'This organization has no active plan.');
  return h('div', { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Plans' }, h('table', {},
    h('caption', {}, 'Plans, in the order in which they are charged'),
    h('thead', {}, h('tr', {}, ['Plan', 'Left', 'Billing', 'Ends'].map((text) => h('th', { scope: 'col' }, text)))),
    h('tbody', {}, list.map((plan) => h('tr', {},
      h('th', { scope: 'row' }, plan.planName), h('td', {}, number(plan.remaining)),
      h('td', {}, plan.billingInterval === 'year' ? 'yearly' : 'monthly'), h('td', {}, ends(plan)))))));
}

// A plan that does not end has the last year there is.
function ends({ periodEnd }) {
  if (!periodEnd) return '–';
  return periodEnd.startsWith('9999') ? 'never' : moment(periodEnd);
}
