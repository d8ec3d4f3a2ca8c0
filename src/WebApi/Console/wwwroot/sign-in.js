// Asks for an API token once.

import { call, session } from './api.js';
import { field, h, put, setText } from './dom.js';

/** Shows the form; `done` runs when the service has accepted the token. */
export function signInView(main, done, reason = '') {
  const token = h('input', { type: 'password', name: 'token', autocomplete: 'off', spellcheck: 'false', required: true, placeholder: 'ldt_…' });
  const remember = h('input', { type: 'checkbox', name: 'remember' });
  const problem = h('p', { class: 'form-problem', role: 'alert' }, reason);
  const button = h('button', { class: 'primary' }, 'Sign in');

  const form = h('form', { class: 'card sign-in', on: { submit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    session.open(token.value.trim(), remember.checked);
    try {
      await call('GET', '/status/deployments?limit=1');
    } catch (error) {
      // A token without the right to list deployments is a good token all the same.
      if (error.status === 401 || error.status === 0) {
        session.close();
        setText(problem, error.message);
        button.disabled = false;
        return;
      }
    }
    done();
  } } },
    h('h1', {}, 'Sign in'),
    h('p', { class: 'muted' }, 'The console does what your API token allows, and nothing else.'),
    field('API token', token, 'On a development service it stands in the file “dev-token” of the data folder, which is printed at the start.'),
    h('label', { class: 'check' }, remember, ' Remember it on this device'),
    problem,
    h('div', { class: 'actions' }, button, h('a', { class: 'button quiet', href: '#/health' }, 'See the health of the service')));
  put(main, form);
  token.focus();
}
