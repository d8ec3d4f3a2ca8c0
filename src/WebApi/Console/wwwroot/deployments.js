// The list of deployments, with filters in the address.

import { call, watched, withQuery } from './api.js';
import { openDeployForm } from './deploy-form.js';
import { announce, empty, failure, field, h, put, setText } from './dom.js';
import { poll } from './poll.js';
import { STATUSES, chip, duration, isActive, timeElement } from './words.js';

const PAGE = 25;
const MOST_WATCHED = 100; // the service's largest page; what lies deeper is refreshed when it is opened
const FILTERS = ['status', 'projectId', 'orgId', 'q'];

export async function deploymentsView(main, _argument, signal, query) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? '']));
  const list = new DeploymentList();
  const problem = h('div', {});
  const more = h('button', { type: 'button', class: 'more', hidden: true, on: { click: loadMore } }, 'Load more');
  put(main,
    h('div', { class: 'heading' }, h('h1', {}, 'Deployments'), h('button', { type: 'button', class: 'primary', on: { click: () => openDeployForm() } }, 'Deploy…')),
    filterBar(filter, changed), problem, list.element, h('div', { class: 'actions centre' }, more));

  let cursor = null;
  let round = 0; // answers to a filter that has changed since are thrown away
  await start();

  async function start() {
    round += 1;
    const mine = round;
    const ask = watched();
    let fresh = true; // what the old filter found stays until there is an answer, so that nothing jumps
    await poll(signal, 2500, async () => {
      if (mine !== round) return false;
      const limit = Math.min(MOST_WATCHED, fresh ? PAGE : Math.max(PAGE, list.count));
      const page = await ask(signal, withQuery('/status/deployments', { ...filter, limit }));
      if (mine !== round) return false;
      put(problem);
      if (!page) {
        list.tick();
        return list.anyActive ? 1500 : 5000;
      }
      if (fresh) {
        list.clear();
        cursor = page.nextCursor ?? null;
        fresh = false;
      }
      const filtered = FILTERS.some((name) => filter[name]);
      list.show(page, () => nothing(filtered));
      more.hidden = !cursor;
      return list.anyActive ? 1500 : 5000;
    }, (error) => { put(problem, failure(error)); });
  }

  async function loadMore() {
    more.disabled = true;
    try {
      const page = await call('GET', withQuery('/status/deployments', { ...filter, limit: PAGE, cursor }), { signal });
      cursor = page.nextCursor ?? null;
      list.add(page.deployments);
      more.hidden = !cursor;
      announce(`${page.deployments.length} more deployments`);
    } catch (error) {
      if (error.name !== 'AbortError') put(problem, failure(error, loadMore));
    } finally {
      more.disabled = false;
    }
  }

  function changed() {
    history.replaceState(null, '', withQuery('#/deployments', filter));
    start();
  }
}

function filterBar(filter, changed) {
  let timer;
  const text = (name, label, placeholder) => field(label, h('input', { type: 'search', name, placeholder, value: filter[name], on: { input: (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => { filter[name] = event.target.value.trim(); changed(); }, 300);
  } } }));
  const status = h('select', { name: 'status', on: { change: (event) => { filter.status = event.target.value; changed(); } } },
    h('option', { value: '' }, 'All'),
    Object.entries(STATUSES).map(([value, [word]]) => h('option', { value, selected: value === filter.status }, word)));
  return h('form', { class: 'filters', role: 'search', 'aria-label': 'Filter deployments', on: { submit: (event) => event.preventDefault() } },
    field('Status', status), text('projectId', 'Project', 'exact id'), text('orgId', 'Organization', 'exact id'), text('q', 'Find', 'start of a deployment’s id'));
}

function nothing(filtered) {
  return filtered
    ? empty('No deployment fits', 'Change or clear the filters above to see more.')
    : empty('No deployment yet', 'Deploy a project from here, or send POST /deploy from your platform. It shows up at once.',
      h('button', { type: 'button', class: 'primary', on: { click: () => openDeployForm() } }, 'Deploy…'));
}

/** Rows that are kept and changed in place, so that focus and scroll position stay. */
class DeploymentList {
  #rows = new Map();
  #list = h('ul', { class: 'rows' });
  #none = h('div', {});
  element = h('div', { class: 'list' }, this.#list, this.#none);

  get count() { return this.#rows.size; }

  get anyActive() { return [...this.#rows.values()].some((row) => row.active); }

  /** Nothing has changed but the time. */
  tick() {
    for (const row of this.#rows.values()) row.tick();
  }

  clear() {
    this.#rows.clear();
    put(this.#list);
    put(this.#none);
  }

  add(deployments) {
    for (const deployment of deployments) this.#row(deployment);
    this.#list.append(...deployments.map((deployment) => this.#rows.get(deployment.deploymentId).element));
  }

  /** Shows the newest ones. Rows that no longer belong among them go; older rows, loaded before, stay. */
  show({ deployments, nextCursor }, nothingToShow) {
    const ids = new Set(deployments.map((deployment) => deployment.deploymentId));
    const oldest = nextCursor ? deployments.at(-1).createdAt : '';
    for (const [id, row] of this.#rows) if (!ids.has(id) && row.createdAt > oldest) { row.element.remove(); this.#rows.delete(id); }
    let place = this.#list.firstElementChild;
    for (const deployment of deployments) {
      const { element } = this.#row(deployment);
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
    if (this.count > 0) put(this.#none);
    else if (!this.#none.hasChildNodes()) put(this.#none, nothingToShow());
  }

  #row(deployment) {
    let row = this.#rows.get(deployment.deploymentId);
    if (!row) this.#rows.set(deployment.deploymentId, row = new DeploymentRow(deployment));
    row.update(deployment);
    return row;
  }
}

class DeploymentRow {
  #status = h('span', { class: 'row-status' });
  #stage = h('span', { class: 'row-stage' });
  #bar = progressBar();
  #took = h('span', { class: 'row-took muted' });
  #when = h('span', { class: 'row-when muted' });
  #shown = '';

  constructor(deployment) {
    this.createdAt = deployment.createdAt;
    this.element = h('li', {}, h('a', { class: 'row', href: `#/deployment/${encodeURIComponent(deployment.deploymentId)}` },
      this.#status,
      h('span', { class: 'row-name' }, h('strong', {}, deployment.projectId), h('span', { class: 'muted small' }, `${deployment.organizationId} · ${deployment.deploymentId}`)),
      h('span', { class: 'row-progress' }, this.#stage, this.#bar.element), this.#took, this.#when));
  }

  update(deployment) {
    this.active = isActive(deployment.status);
    this.startedAt = deployment.startedAt;
    if (deployment.status !== this.#shown) put(this.#status, chip(deployment.status));
    this.#shown = deployment.status;
    setText(this.#stage, deployment.status === 'failed' ? deployment.error?.message ?? 'Failed' : stageOf(deployment));
    this.#bar.update(deployment);
    setText(this.#took, deployment.startedAt ? duration(deployment.duration) : '');
    put(this.#when, timeElement(deployment.createdAt));
  }

  tick() {
    if (this.active && this.startedAt) setText(this.#took, duration(Math.max(0, Date.now() - new Date(this.startedAt))));
    put(this.#when, timeElement(this.createdAt));
  }
}

/** What happens now. Of a completed deployment only that it was live is known: a later one may have taken its place. */
export const stageOf = ({ status, stage }) => (status === 'completed' ? 'Went live' : stage);

/** A progress bar that says where it stands to those who cannot see it. */
export function progressBar() {
  const fill = h('span', { class: 'bar-fill' });
  const element = h('span', { class: 'bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-label': 'Progress' }, fill);
  return {
    element,
    update({ status, progress }) {
      element.setAttribute('aria-valuenow', String(progress));
      element.dataset.kind = STATUSES[status]?.[1] ?? 'off';
      fill.style.transform = `scaleX(${progress / 100})`;
    },
  };
}
