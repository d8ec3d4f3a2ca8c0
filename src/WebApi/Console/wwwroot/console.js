// The shell: sign-in, theme, and which view the address asks for.

import { session } from './api.js';
import { failure, h, put } from './dom.js';
import { deploymentView } from './deployment.js';
import { deploymentsView } from './deployments.js';
import { deadLetterView } from './dead-letters.js';
import { healthView } from './health.js';
import { queueView } from './queue.js';
import { quotasView } from './quotas.js';
import { signInView } from './sign-in.js';
import { tokensView } from './tokens.js';
import { webhookView, webhooksView } from './webhooks.js';

// Each view gets the element to fill, the part of the address after its name, the query and a signal that ends with it.
const VIEWS = {
  deployments: { title: 'Deployments', show: deploymentsView },
  deployment: { title: 'Deployment', show: deploymentView, under: 'deployments' },
  queue: { title: 'Queue', show: queueView },
  'dead-letter': { title: 'Dead letter', show: deadLetterView, under: 'queue' },
  quotas: { title: 'Quotas', show: quotasView },
  webhooks: { title: 'Webhooks', show: webhooksView },
  webhook: { title: 'Webhook', show: webhookView, under: 'webhooks' },
  tokens: { title: 'Tokens', show: tokensView },
  health: { title: 'Health', show: healthView, open: true },
};

const main = document.getElementById('main');
const signOut = document.getElementById('sign-out');
let leaving = new AbortController();
let first = true;

function route() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/');
  if (!VIEWS[name]) return location.replace('#/deployments');
  open(name, decodeURIComponent(rest.join('/')), new URLSearchParams(query));
}

async function open(name, argument, query) {
  leaving.abort();
  leaving = new AbortController();
  const view = VIEWS[name];
  document.title = `${view.title} · Libra Deploy`;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#/${view.under ?? name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  signOut.hidden = !session.token;
  put(main);
  scrollTo(0, 0);
  if (!first) main.focus({ preventScroll: true }); // so that the keyboard goes on inside the new view
  first = false;

  if (!session.token && !view.open) return signInView(main, route);
  try {
    await view.show(main, argument, leaving.signal, query);
  } catch (error) {
    if (error.name !== 'AbortError') put(main, failure(error, route));
  }
}

addEventListener('hashchange', (event) => {
  if (new URL(event.newURL).hash === '#main') return main.focus(); // the skip link, not a view
  route();
});

addEventListener('libra:unauthorized', (event) => {
  leaving.abort();
  session.close();
  signOut.hidden = true;
  signInView(main, route, event.detail.message);
});

signOut.addEventListener('click', () => { session.close(); route(); });

const themes = ['system', 'light', 'dark'];
const themeButton = document.getElementById('theme');

function showTheme() {
  const theme = document.documentElement.dataset.theme ?? 'system';
  put(themeButton, h('span', { 'aria-hidden': 'true' }, { system: '◐', light: '☀', dark: '☾' }[theme]), h('span', { class: 'wide-only' }, ` ${theme[0].toUpperCase()}${theme.slice(1)}`));
  themeButton.setAttribute('aria-label', `Theme: ${theme}. Change it.`);
}

themeButton.addEventListener('click', () => {
  const root = document.documentElement;
  const next = themes[(themes.indexOf(root.dataset.theme ?? 'system') + 1) % themes.length];
  if (next === 'system') delete root.dataset.theme; else root.dataset.theme = next;
  try { localStorage.setItem('libra.theme', next); } catch { /* the choice lasts as long as the page */ }
  showTheme();
});

document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); main.focus(); });
showTheme();
route();
