// Starts a deployment from the page.

import { call, newKey } from './api.js';
import { announce, dialog, dialogForm, field, h, notify } from './dom.js';
import { lastUsed, used } from './last-used.js';
import { bytes } from './words.js';

const LARGEST = 24 * 1024 * 1024; // base64 makes a third more of it; the service takes bodies up to 32 MiB

// What the service drops wherever it lies. Folders with built files are not among it: it takes them for the site where nothing builds them.
const NEVER_SENT = new Set(['node_modules', '.git', '.hg', '.svn', '.wrangler', '.turbo', '.DS_Store', 'Thumbs.db']);
const SETTINGS = /^(\.env|\.envrc|\.dev\.vars|\.env\..*|\.dev\.vars\..*)$/;
const EXAMPLES = new Set(['.env.example', '.dev.vars.example']);

/** Opens the form; goes to the new deployment when it is accepted. */
export async function openDeployForm() {
  const accepted = await dialog('Deploy', deployForm);
  if (!accepted) return;
  announce('Deployment accepted');
  location.hash = `#/deployment/${encodeURIComponent(accepted.deploymentId)}`;
}

function deployForm(close) {
  const key = newKey(); // one for the dialog: a second click asks for the same deployment, not for another
  const project = h('input', { name: 'projectId', required: true, autocomplete: 'off' });
  const organization = h('input', { name: 'orgId', autocomplete: 'off', placeholder: 'the project’s own' });
  const user = h('input', { name: 'userId', autocomplete: 'off', placeholder: 'the project’s owner' });
  const page = h('textarea', { name: 'index', rows: '5', spellcheck: 'false', placeholder: '<!doctype html>…' });
  const folder = h('input', { type: 'file', name: 'folder', webkitdirectory: true, multiple: true });
  const others = h('details', {}, h('summary', {}, 'Other files than the project’s own'),
    field('A folder', folder, 'Sent as it is, without node_modules, .git and files that hold secrets (.env, .dev.vars).'),
    field('Or one page: paste an index.html', page));
  lastUsed().then((last) => { project.value ||= last.project; });

  return dialogForm(close, {
    action: 'Deploy',
    work: async () => {
      const body = await ownerOf({ projectId: project.value.trim(), orgId: organization.value.trim(), userId: user.value.trim() });
      if (others.open || folder.files.length > 0 || page.value.trim()) body.initFiles = await chosenFiles([...folder.files], page.value);
      const accepted = await call('POST', '/deploy', { body, headers: { 'Idempotency-Key': `${key}-${digest(body)}` } });
      used({ project: body.projectId, organization: body.orgId });
      return accepted;
    },
    explain: (error) => explanation(error, close),
  }, h('div', { class: 'fields' }, field('Project', project), field('Organization', organization), field('User', user)), others);
}

function explanation(error, close) {
  const running = error.code === 'DEPLOYMENT_IN_PROGRESS' ? error.details?.deploymentId : null;
  return [h('p', {}, error.message),
    running ? h('p', {}, h('a', { href: `#/deployment/${encodeURIComponent(running)}`, on: { click: () => close() } }, 'Open the deployment that runs')) : null];
}

/** Whoever is not named is the one that the service knows. */
async function ownerOf(body) {
  if (body.orgId && body.userId) return body;
  const { project } = await call('GET', `/projects/${encodeURIComponent(body.projectId)}`);
  return { ...body, orgId: body.orgId || project.organizationId, userId: body.userId || project.userId };
}

// The same click again counts once, but changed fields make another request.
function digest(body) {
  const text = JSON.stringify(body);
  let hash = 2166136261;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0).toString(16);
}

// Never nothing: without files the service would deploy the project's own, which is not what was chosen.
async function chosenFiles(all, page) {
  if (all.length > 0 && page.trim()) throw new Error('A folder is chosen and a page is pasted. Empty the field of the page to send the folder.');
  if (page.trim()) return [{ path: 'index.html', content: page }];
  if (all.length === 0) throw new Error('Nothing to deploy: no folder with files is chosen and no page is pasted. Close “Other files” to deploy the project’s own.');

  const files = all.filter((file) => !partsOf(file).some((name) => NEVER_SENT.has(name) || holdsSettings(name)));
  const name = all[0].webkitRelativePath.split('/')[0];
  if (files.length === 0) throw new Error(`Nothing to deploy in ${name}: all that it holds stays here.`);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > LARGEST) throw new Error(`The folder holds ${bytes(size)}; at most ${bytes(LARGEST)} can be sent from here.`);
  const settings = all.map(partsOf).filter((parts) => holdsSettings(parts.at(-1)) && !parts.some((part) => NEVER_SENT.has(part)));
  if (settings.length > 0) notify(`Not sent, because it may hold secrets: ${settings.map((parts) => parts.join('/')).join(', ')}. The build does not see its values.`);
  return Promise.all(files.map(asInitFile));
}

const holdsSettings = (name) => SETTINGS.test(name) && !EXAMPLES.has(name);

/** The path in the chosen folder, whose own name says nothing. */
const partsOf = (file) => file.webkitRelativePath.split('/').slice(1);

async function asInitFile(file) {
  const path = partsOf(file).join('/') || file.name;
  if (file.size === 0) return { path, content: '' }; // its address may be "data:" alone, without the comma
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
  return { path, content: address.slice(address.indexOf(',') + 1), encoding: 'base64' };
}
