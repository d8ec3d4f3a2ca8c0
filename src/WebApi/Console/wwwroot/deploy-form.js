// Starts a deployment from the page.

import { call, newKey } from './api.js';
import { announce, dialog, field, h, put } from './dom.js';
import { bytes } from './words.js';

const LARGEST = 24 * 1024 * 1024; // base64 makes a third more of it; the service takes bodies up to 32 MiB
const LEFT_OUT = /(^|\/)(node_modules|\.git|dist|\.wrangler)(\/|$)/;

/** Opens the form; goes to the new deployment when it is accepted. */
export function openDeployForm() {
  return dialog('Deploy', (close) => {
    const key = newKey(); // one for the dialog: a second click asks for the same deployment, not for another
    const project = h('input', { name: 'projectId', value: 'demo', required: true, autocomplete: 'off' });
    const organization = h('input', { name: 'orgId', value: 'org_demo', required: true, autocomplete: 'off' });
    const user = h('input', { name: 'userId', value: 'user_demo', required: true, autocomplete: 'off' });
    const page = h('textarea', { name: 'index', rows: '5', spellcheck: 'false', placeholder: '<!doctype html>…' });
    const folder = h('input', { type: 'file', name: 'folder', webkitdirectory: true, multiple: true });
    const problem = h('div', { class: 'form-problem', role: 'alert' });
    const button = h('button', { class: 'primary' }, 'Deploy');

    return h('form', { on: { submit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      put(problem);
      try {
        const body = { projectId: project.value.trim(), orgId: organization.value.trim(), userId: user.value.trim() };
        const files = await chosenFiles(folder, page);
        if (files) body.initFiles = files;
        const accepted = await call('POST', '/deploy', { body, headers: { 'Idempotency-Key': `${key}-${digest(body)}` } });
        announce('Deployment accepted');
        close();
        location.hash = `#/deployment/${encodeURIComponent(accepted.deploymentId)}`;
      } catch (error) {
        showProblem(problem, error, close);
        button.disabled = false;
      }
    } } },
      h('div', { class: 'fields' }, field('Project', project), field('Organization', organization), field('User', user)),
      h('details', {}, h('summary', {}, 'Other files than the project’s own'),
        field('A folder', folder, 'Sent as it is, without node_modules, dist and .git.'),
        field('Or one page: paste an index.html', page)),
      problem,
      h('div', { class: 'actions end' }, h('button', { type: 'button', on: { click: () => close() } }, 'Close'), button));
  });
}

function showProblem(problem, error, close) {
  const running = error.code === 'DEPLOYMENT_IN_PROGRESS' ? error.details?.deploymentId : null;
  put(problem, h('p', {}, error.message),
    running ? h('p', {}, h('a', { href: `#/deployment/${encodeURIComponent(running)}`, on: { click: () => close() } }, 'Open the deployment that runs')) : null);
}

// The same click again counts once, but changed fields make another request.
function digest(body) {
  const text = JSON.stringify(body);
  let hash = 2166136261;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0).toString(16);
}

async function chosenFiles(folder, page) {
  const files = [...folder.files].filter((file) => !LEFT_OUT.test(file.webkitRelativePath));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > LARGEST) throw new Error(`The folder holds ${bytes(size)}; at most ${bytes(LARGEST)} can be sent from here.`);
  if (files.length > 0) return Promise.all(files.map(asInitFile));
  return page.value.trim() ? [{ path: 'index.html', content: page.value }] : null;
}

async function asInitFile(file) {
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
  const path = file.webkitRelativePath.split('/').slice(1).join('/') || file.name; // the chosen folder is the root
  return { path, content: address.slice(address.indexOf(',') + 1), encoding: 'base64' };
}
