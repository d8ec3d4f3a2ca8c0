// One deployment: its steps, its log, why it failed, and what can be done with it.

import { call, refusal, send, watched, withQuery } from './api.js';
import { plain } from './ansi.js';
import { actionButton, announce, confirmed, h, notify, put, save, setText } from './dom.js';
import { progressBar, stageOf } from './deployments.js';
import { LogView } from './log.js';
import { poll } from './poll.js';
import { followLog } from './stream.js';
import { FAULTS, STATUSES, STEPS, WAITING_FOR, bytes, chip, duration, isActive, moment } from './words.js';

export async function deploymentView(main, id, signal) {
  const path = `/deploy/${encodeURIComponent(id)}`;
  const ask = watched(`${path}/status`);
  let deployment = await ask(signal);
  const page = new DeploymentPage(id, path);
  const log = new LogView(id);
  signal.addEventListener('abort', () => log.close(), { once: true });
  put(main, page.element, log.element);
  page.update(deployment);

  const show = (next) => {
    if (next.status !== deployment.status) announce(`Deployment ${STATUSES[next.status]?.[0] ?? next.status}`);
    // The stream does not tell the place in the queue; what the last answer said stays until it no longer waits.
    deployment = { ...next, queue: next.queue ?? (next.status === 'pending' ? deployment.queue : undefined) };
    page.update(deployment);
  };
  follow(id, log, signal, show);
  const ticking = setInterval(() => { if (!document.hidden && isActive(deployment.status)) page.update(deployment); }, 1000);
  signal.addEventListener('abort', () => clearInterval(ticking), { once: true });
  await poll(signal, 2000, async () => {
    const next = await ask(signal);
    if (next) show(next);
    page.lost(null);
    return isActive(deployment.status);
  }, (error) => { page.lost(error); });
}

async function follow(id, log, signal, show) {
  try {
    await followLog(id, signal, { lines: (lines) => log.append(lines), status: show, connection: (state) => log.connection(state) });
  } catch (error) {
    if (error.name !== 'AbortError') log.connection(error.message);
  }
}

class DeploymentPage {
  #id;
  #path;
  #title = h('h1', {});
  #status = h('span', {});
  #stage = h('p', { class: 'stage' });
  #bar = progressBar();
  #actions = h('div', { class: 'actions' });
  #facts = h('dl', { class: 'facts' });
  #steps = new Map();
  #failure = h('div', {});
  #lost = h('p', { class: 'form-problem', role: 'status' });
  #shown = {};

  constructor(id, path) {
    this.#id = id;
    this.#path = path;
    const timeline = h('ol', { class: 'timeline' }, STEPS.map(([name, label, about]) => {
      const step = new StepRow(label, about);
      this.#steps.set(name, step);
      return step.element;
    }));
    this.element = h('div', {},
      h('p', { class: 'crumb' }, h('a', { href: '#/deployments' }, '← Deployments')),
      h('div', { class: 'heading' }, h('div', { class: 'title' }, this.#title, this.#status), this.#actions),
      this.#lost,
      h('div', { class: 'deployment' },
        h('section', { class: 'card', 'aria-label': 'Progress' }, this.#stage, this.#bar.element, timeline),
        h('div', {}, this.#failure, h('section', { class: 'card', 'aria-label': 'Facts' }, this.#facts))));
  }

  /** Says that what is shown may be old; null when it is not. */
  lost(error) { setText(this.#lost, error?.message ?? ''); }

  update(deployment) {
    setText(this.#title, deployment.projectId);
    document.title = `${deployment.projectId}: ${STATUSES[deployment.status]?.[0] ?? deployment.status} · Libra Deploy`;
    const waiting = deployment.queue ? `Number ${deployment.queue.position} in the queue, waits for ${WAITING_FOR[deployment.queue.waitingFor] ?? deployment.queue.waitingFor}` : null;
    setText(this.#stage, waiting ?? stageOf(deployment));
    this.#bar.update(deployment);
    for (const [name, step] of this.#steps) step.update(deployment.steps[name]);
    // Buttons keep the focus of the keyboard as long as the same ones are there.
    this.#once('status', deployment.status, () => { put(this.#status, chip(deployment.status)); put(this.#actions, this.#buttons(deployment)); });
    this.#once('failure', JSON.stringify(deployment.error ?? null), () => put(this.#failure, deployment.error ? explanation(deployment) : null));
    this.#once('facts', JSON.stringify({ ...deployment, timestamp: 0, steps: 0, duration: isActive(deployment.status) ? 0 : deployment.duration }), () => put(this.#facts, facts(deployment)));
  }

  #once(part, key, change) {
    if (this.#shown[part] === key) return;
    this.#shown[part] = key;
    change();
  }

  #buttons({ status, workerUrl, projectId }) {
    if (isActive(status)) return [actionButton('Cancel', () => this.#cancel(), { class: 'danger' })];
    if (status !== 'completed') return [
      actionButton('Retry', () => this.#start('retry'), { class: 'primary' }),
      h('a', { class: 'button', href: withQuery('#/deployments', { status: 'completed', projectId }) }, 'Roll back…'),
    ];
    return [
      workerUrl ? h('a', { class: 'button primary', href: safeAddress(workerUrl), target: '_blank', rel: 'noopener noreferrer' }, 'Open site ↗') : null,
      actionButton('Roll back to this', async () => {
        if (await confirmed('Roll back?', `The version of this deployment becomes the live one of ${projectId} again. Nothing is built.`, 'Roll back')) await this.#start('rollback');
      }),
      actionButton('Artifact', () => this.#artifact(), { title: 'Download what the build produced' }),
    ];
  }

  async #cancel() {
    if (!await confirmed('Cancel this deployment?', 'It stops within seconds. What is live stays live.', 'Cancel it')) return;
    await call('POST', `${this.#path}/cancel`);
    notify('The deployment is being cancelled.');
  }

  async #start(action) {
    const accepted = await call('POST', `${this.#path}/${action}`);
    location.hash = `#/deployment/${encodeURIComponent(accepted.deploymentId)}`;
  }

  async #artifact() {
    const response = await send('GET', `${this.#path}/artifact`, { headers: { Accept: 'application/gzip' }, redirect: 'manual' });
    // A store with addresses of its own cannot be read from this page: its content policy allows no other origin.
    if (response.type === 'opaqueredirect')
      throw new Error(`The object store hands it out at its own address. Use: curl -L -H "Authorization: Bearer …" -o artifact.tar.gz ${location.origin}${this.#path}/artifact`);
    if (!response.ok) throw await refusal(response);
    save(await response.blob(), `${this.#id}.tar.gz`);
  }
}

// An address comes from the service, but a link of another kind than these would run as a script.
function safeAddress(address) {
  return /^https?:\/\//i.test(address) ? address : null;
}

class StepRow {
  #took = h('span', { class: 'step-took' });
  #note = h('p', { class: 'step-note' });
  #state = h('span', { class: 'unseen' });

  constructor(label, about) {
    this.element = h('li', { class: 'step pending' }, h('span', { class: 'step-dot', 'aria-hidden': 'true' }),
      h('div', { class: 'step-text' }, h('strong', {}, label), this.#state, h('p', { class: 'muted small' }, about), this.#note), this.#took);
  }

  update(step) {
    this.element.className = `step ${step.status}`;
    setText(this.#state, ` ${step.status.replace('_', ' ')}`);
    const running = step.status === 'in_progress' ? Math.max(0, Date.now() - new Date(step.startedAt)) : null;
    const took = running ?? step.duration;
    setText(this.#took, step.status === 'skipped' ? 'skipped' : took === undefined || took === null ? '' : duration(took));
    const notes = [step.reason, step.status === 'failed' ? step.error : null, step.attempts > 1 ? `started ${step.attempts} times` : null];
    setText(this.#note, notes.filter(Boolean).join(' · '));
  }
}

function explanation({ error, attempt, maxAttempts, status }) {
  const [who, why] = FAULTS[error.category] ?? [error.category, ''];
  const again = isActive(status) ? `Attempt ${attempt} of ${maxAttempts} failed; the next one starts by itself.` : null;
  return h('section', { class: 'card problem', 'aria-label': 'Why it failed' },
    h('h2', {}, again ? 'The last attempt failed' : 'Why it failed'),
    h('p', { class: 'what' }, error.message),
    error.excerpt?.length > 0 ? h('pre', { class: 'excerpt', tabindex: '0', 'aria-label': 'Lines of the log' }, error.excerpt.map(plain).join('\n')) : null,
    h('dl', { class: 'facts' },
      fact('Where the fault lies', h('strong', {}, who), h('span', { class: 'muted' }, ` – ${why}`)),
      error.step ? fact('Step', STEPS.find(([name]) => name === error.step)?.[1] ?? error.step) : null,
      error.hint ? fact('What to try', error.hint) : null,
      again ? fact('What happens next', again) : null,
      fact('Code', h('code', {}, error.code))));
}

function fact(name, ...content) {
  return h('div', {}, h('dt', {}, name), h('dd', {}, ...content));
}

function facts(deployment) {
  const { artifact } = deployment;
  const link = (id) => h('a', { href: `#/deployment/${encodeURIComponent(id)}` }, id);
  return [
    fact('Deployment', h('code', {}, deployment.deploymentId)),
    fact('Organization', deployment.organizationId),
    fact('Accepted', moment(deployment.createdAt)),
    deployment.completedAt ? fact('Took', duration(deployment.duration)) : null,
    fact('Attempt', deployment.attempt > 0 ? `${deployment.attempt} of ${deployment.maxAttempts}` : 'not started'),
    deployment.workerUrl ? fact('Address', h('a', { href: safeAddress(deployment.workerUrl), target: '_blank', rel: 'noopener noreferrer' }, deployment.workerUrl)) : null,
    deployment.customDomain ? fact('Custom domain', deployment.customDomain) : null,
    artifact ? fact('Artifact', h('code', {}, `${artifact.digest.slice(0, 19)}…`), ` ${bytes(artifact.size)}${artifact.reused ? ', reused: the source had not changed' : ''}`) : null,
    deployment.predecessorId ? fact('Follows', link(deployment.predecessorId)) : null,
  ];
}
