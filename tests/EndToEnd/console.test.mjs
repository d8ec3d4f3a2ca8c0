// Walks through the console as a person does, in a real browser, against a real service. README.md says how to run it.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, watchedPage } from './browser.mjs';
import { ORGANIZATION, USER, startService, until } from './service.mjs';

const project = 'shop';
const GONE = 'deploy_gone';
let service;
let browser;
let page;
let complaints;
let folder;
let chosen;

before(async () => {
  service = await startService({ Webhooks__AllowPrivateAddresses: 'true' });
  folder = await mkdtemp(join(tmpdir(), 'libra-e2e-'));
  chosen = await mkdtemp(join(tmpdir(), 'libra-e2e-'));
  await service.newProject(project);
  browser = await openBrowser();
  // A wrong token is to be refused, and what a test has removed is missing; nothing else is.
  ({ page, complaints } = await watchedPage(browser, { expected: (response) => response.status() === 401 || response.url().includes(GONE) }));
});

after(async () => {
  await browser?.close();
  await service?.stop();
  for (const made of [folder, chosen]) if (made) await rm(made, { recursive: true });
});

// Runs in the page: the address of a file without bytes has no comma there.
function readAsWebKitDoes() {
  const { get } = Object.getOwnPropertyDescriptor(FileReader.prototype, 'result');
  Object.defineProperty(FileReader.prototype, 'result', {
    configurable: true,
    get() { return /^data:[^,]*,?$/.test(get.call(this)) ? 'data:' : get.call(this); },
  });
}

const status = () => page.locator('.title .chip');
const ends = (word) => status().filter({ hasText: word }).waitFor();

async function openForm() {
  await page.goto(`${service.address}/console/#/deployments`);
  await page.getByRole('button', { name: 'Deploy…' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Project').fill(project);
  await form.locator('summary').click();
  return form;
}

async function deploy(choose, owner) {
  const form = await openForm();
  await form.getByLabel('Organization').fill(owner?.organization ?? '');
  await form.getByLabel('User').fill(owner?.user ?? '');
  await choose(form);
  await form.getByRole('button', { name: 'Deploy' }).click();
  await page.locator('.timeline').waitFor();
  return page.url();
}

const pasted = (text) => (form) => form.locator('textarea').fill(`<!doctype html><title>${text}</title><h1>${text}</h1>`);

/** What the page hands over when something is clicked. */
async function downloaded(click, encoding = 'utf8') {
  const waiting = page.waitForEvent('download');
  await click();
  return readFile(await (await waiting).path(), encoding);
}

/** Keeps what is posted to a path on its way until `go`. */
async function holdUp(path) {
  const held = { asked: 0 };
  const free = new Promise((resolve) => { held.free = resolve; });
  await page.route(`**${path}`, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    held.asked += 1;
    await free;
    return route.continue();
  });
  held.go = async () => { held.free(); await page.unrouteAll({ behavior: 'wait' }); };
  return held;
}

async function siteSays(path = '', part = 'h1') {
  const site = await browser.newPage();
  try {
    await site.goto(new URL(path, await page.getByRole('link', { name: 'Open site' }).getAttribute('href')).href);
    return await site.locator(part).textContent();
  } finally {
    await site.close();
  }
}

test('The console', async (walk) => {
  let firstDeployment;

  await walk.test('is served with a policy that runs nothing but its own files', async () => {
    const response = await fetch(`${service.address}/console/`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'; style-src 'self'/);
    const again = await fetch(`${service.address}/console/`, { headers: { 'If-None-Match': response.headers.get('etag') } });
    assert.equal(again.status, 304);
  });

  await walk.test('refuses a wrong token in words and takes a right one', async () => {
    await page.goto(`${service.address}/console/`);
    await page.getByLabel('API token').fill('ldt_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is not accepted').waitFor();
    await page.getByLabel('API token').fill(service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Deployments' }).waitFor();
  });

  await walk.test('deploys a pasted page and shows it going live, with its log', async () => {
    firstDeployment = await deploy(pasted('First version'), { organization: ORGANIZATION, user: USER });
    await page.locator('.log-row').first().waitFor();
    await ends('Completed');
    await page.locator('.log-head').getByText('complete').waitFor();
    assert.equal(await page.locator('.step.completed').count(), 6);
    assert.equal(await siteSays(), 'First version');
  });

  await walk.test('replaces it by another version', async () => {
    await deploy(pasted('Second version'));
    await ends('Completed');
    assert.equal(await siteSays(), 'Second version');
  });

  await walk.test('deploys a folder called dist as it is, but for secrets', async () => {
    const dist = join(chosen, 'dist');
    await mkdir(join(dist, 'dist'), { recursive: true });
    await writeFile(join(dist, 'index.html'), '<!doctype html><h1>From dist</h1>');
    await writeFile(join(dist, 'dist', 'inner.txt'), 'dist in dist');
    await writeFile(join(dist, '.env'), 'SECRET=1');
    await deploy((form) => form.locator('input[name=folder]').setInputFiles(dist));
    await page.getByText('Not sent, because it may hold secrets: .env.').waitFor();
    await ends('Completed');
    assert.equal(await siteSays(), 'From dist');
    assert.equal(await siteSays('dist/inner.txt', 'body'), 'dist in dist');
  });

  await walk.test('deploys a folder with an empty file in every browser', async () => {
    const path = join(chosen, 'blank');
    await mkdir(path);
    await writeFile(join(path, 'index.html'), '<!doctype html><h1>Not blank</h1>');
    await writeFile(join(path, 'empty.txt'), '');
    const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/deploy'));
    await deploy(async (form) => {
      await page.evaluate(readAsWebKitDoes);
      await form.locator('input[name=folder]').setInputFiles(path);
    });
    assert.equal((await asked).postDataJSON().initFiles.find((file) => file.path === 'empty.txt').content, '');
    await ends('Completed');
    assert.equal(await siteSays(), 'Not blank');
  });

  await walk.test('deploys nothing else where a folder has nothing to send', async () => {
    const before = (await service.call('GET', `/projects/${project}/deployments`)).deployments.length;
    for (const [name, files, words] of [['secrets', ['.env', '.dev.vars'], 'Nothing to deploy in secrets'], ['empty', [], 'Nothing to deploy: no folder with files']]) {
      const path = join(chosen, name);
      await mkdir(path);
      for (const file of files) await writeFile(join(path, file), 'x');
      const form = await openForm();
      await form.locator('input[name=folder]').setInputFiles(path);
      await form.getByRole('button', { name: 'Deploy' }).click();
      await form.getByText(words).waitFor();
      await form.getByRole('button', { name: 'Close' }).click();
    }
    assert.equal((await service.call('GET', `/projects/${project}/deployments`)).deployments.length, before);
  });

  await walk.test('says what broke, whose fault it is and what to try', async () => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'broken', scripts: { build: 'echo error: broken on purpose >&2 && exit 3' } }));
    await writeFile(join(folder, 'index.html'), '<!doctype html><h1>Broken</h1>');
    await deploy((form) => form.locator('input[name=folder]').setInputFiles(folder));
    await ends('Failed');
    const why = page.getByRole('region', { name: 'Why it failed' });
    await why.getByText('The project', { exact: true }).waitFor();
    await why.getByText('What to try').waitFor();
    assert.match(await why.locator('.excerpt').textContent(), /broken on purpose/);
  });

  await walk.test('finds lines of the log', async () => {
    await page.getByLabel('Search the log').fill('ON PURPOSE');
    await page.locator('.log-found').getByText(/^1 of/).waitFor();
    assert.equal((await page.locator('mark').first().textContent()).toLowerCase(), 'on purpose');
    await page.getByRole('button', { name: 'Jump to error' }).click();
    await page.locator('.log-row.marked.error').waitFor();
  });

  await walk.test('retries a failed one', async () => {
    const failed = page.url();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.waitForURL((url) => url.href !== failed);
    await ends('Failed');
    await page.getByText('Follows').waitFor();
  });

  await walk.test('cancels a running one', async () => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'endless', scripts: { build: 'sleep 300' } }));
    await deploy((form) => form.locator('input[name=folder]').setInputFiles(folder));
    await page.locator('.step.in_progress', { hasText: 'Build' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await ends('Cancelled');
  });

  await walk.test('downloads the log and the artifact', async () => {
    await page.goto(firstDeployment);
    await ends('Completed');
    assert.match(await downloaded(() => page.getByRole('button', { name: 'Download' }).click()), /validation|page|live/i);
    const archive = await downloaded(() => page.getByRole('button', { name: 'Artifact' }).click(), 'latin1');
    assert.equal(archive.slice(0, 2), '\x1f\x8b', 'it is gzip');
  });

  await walk.test('rolls back to the first version without a build', async () => {
    await page.goto(firstDeployment);
    await page.getByRole('button', { name: 'Roll back to this' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.waitForURL((url) => url.hash.startsWith('#/deployment/') && url.href !== firstDeployment);
    await ends('Completed');
    assert.equal(await page.locator('.step.skipped').count(), 3);
    assert.equal(await siteSays(), 'First version');
  });

  await walk.test('filters the list and goes back and forth', async () => {
    await page.goto(`${service.address}/console/#/deployments?projectId=${project}`);
    await page.locator('.row').nth(6).waitFor();
    assert.equal(await page.locator('.row').count(), 7);
    await page.getByLabel('Status').selectOption('failed');
    await page.locator('.row').nth(2).waitFor({ state: 'detached' });
    assert.equal(await page.locator('.row').count(), 2);
    await page.locator('.row').first().click();
    await page.locator('.timeline').waitFor();
    await page.goBack();
    await page.locator('.row').first().waitFor();
    assert.equal(await page.getByLabel('Status').inputValue(), 'failed', 'the filter stands in the address');
  });

  await walk.test('shows queue, quota and health', async () => {
    await page.goto(`${service.address}/console/#/queue`);
    await page.getByRole('region', { name: 'Slots by node' }).locator('.slot').first().waitFor();
    await page.goto(`${service.address}/console/#/quotas?organization=${ORGANIZATION}`);
    await page.getByText('deployments left').waitFor();
    await page.goto(`${service.address}/console/#/health`);
    await page.locator('.checks li').first().waitFor();
  });

  await walk.test('creates a token, shows it once and revokes it', async () => {
    await page.goto(`${service.address}/console/#/tokens`);
    await page.getByRole('button', { name: 'Create a token…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(project);
    await page.getByRole('dialog').getByRole('textbox', { name: /^Organization/ }).fill(ORGANIZATION);
    const held = await holdUp('/tokens');
    const create = page.getByRole('button', { name: 'Create', exact: true });
    await create.dblclick();
    for (let at = 0; at < 3; at += 1) await page.keyboard.press('Escape'); // the secret is still under way
    await create.click({ force: true });
    await held.go();
    assert.match(await page.getByRole('textbox', { name: 'The token', exact: true }).inputValue(), /^ldt_/);
    assert.equal(held.asked, 1, 'one token, however often somebody clicks');
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: `Revoke ${project}` }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.locator('tr', { hasText: project }).getByText('Revoked').waitFor();
  });

  await walk.test('adds a webhook, replaces its secret, sends a message again and removes it', async () => {
    const messages = [];
    const receiver = createServer((request, response) => {
      messages.push(request.headers);
      request.resume().on('end', () => response.writeHead(204).end());
    });
    await new Promise((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
    receiver.unref(); // a walk that fails must not keep the program waiting
    await page.goto(`${service.address}/console/#/webhooks`);
    await page.getByRole('button', { name: 'Add a webhook…' }).click();
    await page.getByRole('dialog').getByLabel('Address').fill(`http://127.0.0.1:${receiver.address().port}/told`);
    await page.getByRole('dialog').getByLabel('Description').fill('chat room');
    await page.getByRole('dialog').getByLabel('deployment.completed').check();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    assert.match(await page.getByRole('textbox', { name: 'The secret' }).inputValue(), /^whsec_/);
    await page.getByRole('button', { name: 'I have it' }).click();
    await service.ended(await service.deployPage(project, 'Told'));
    await until(() => messages.length === 1, 'the receiver is told');

    await page.getByRole('link', { name: /chat room/ }).click();
    await page.getByRole('button', { name: 'New secret…' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByText('Old secret good until').waitFor();
    await page.locator('.message summary').click();
    await page.getByText('answered 204').first().waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await until(() => messages.length === 2, 'the receiver is told again');
    assert.deepEqual(messages.map((headers) => headers['webhook-signature'].split(' ').length), [1, 2], 'the second one is signed with both secrets');

    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.locator('.title').getByText('Off').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No webhook yet').waitFor();
    await new Promise((resolve) => { receiver.close(resolve); receiver.closeAllConnections(); });
  });

  await walk.test('shows who comes first in the line, and keeps the rows in place', async () => {
    // The service lists the newest first; slots go round the organizations.
    const waiting = ['org_b', ...Array(10).fill('org_a')].map((organizationId, at) => ({ deploymentId: `deploy_${at}`, organizationId, projectId: `p${at}`, status: 'pending', createdAt: new Date(0).toISOString() }));
    waiting[9].deploymentId = GONE;
    const places = { deploy_10: 1, deploy_0: 2, deploy_8: 3, deploy_7: 4, deploy_6: 5, deploy_5: 6, deploy_4: 7 };
    let asked = 0;
    await page.route('**/status/deployments?status=pending*', (route) => { asked += 1; return route.fulfill({ json: { success: true, deployments: waiting, nextCursor: null } }); });
    await page.route('**/deploy/deploy_*/status', (route) => {
      const id = route.request().url().split('/').at(-2);
      if (id === GONE) return route.fulfill({ status: 404, json: { success: false, code: 'NOT_FOUND', message: 'It is gone.' } });
      return route.fulfill({ json: { ...waiting.find((one) => one.deploymentId === id), queue: { position: places[id], waitingFor: 'slot' } } });
    });
    await page.goto(`${service.address}/console/#/queue`);
    await page.getByText('7 of 11 that wait.').waitFor();
    const rows = page.locator('.row', { hasText: 'waits for a free slot' });
    assert.deepEqual((await rows.locator('.row-progress').allTextContents()).map((text) => text.match(/Number (\d+),/)[1]), ['1', '2', '3', '4', '5', '6', '7']);
    await rows.first().focus();
    const seen = asked;
    await until(() => asked >= seen + 2, 'the page has asked twice more');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#/deployment/deploy_10');
    await page.unrouteAll();
  });

  await walk.test('asks of which organization where it cannot know, and knows it otherwise', async () => {
    const production = service.address.replace('localhost', 'console.example');
    const { page: fresh, complaints: others } = await watchedPage(browser);
    await fresh.route('**/status/deployments?limit=1', (route) => route.fulfill({ json: { success: true, deployments: [], nextCursor: null } }));
    await fresh.goto(`${production}/console/`);
    await fresh.getByLabel('API token').fill(service.token);
    await fresh.getByRole('button', { name: 'Sign in' }).click();
    await fresh.getByRole('heading', { name: 'Deployments' }).waitFor();
    for (const name of ['quotas', 'webhooks']) {
      await fresh.goto(`${production}/console/#/${name}`);
      await fresh.getByText('Of which organization?').waitFor();
      assert.equal(await fresh.getByLabel('Organization').inputValue(), '');
    }
    await fresh.unrouteAll();
    await fresh.goto(`${production}/console/#/quotas`);
    await fresh.getByText('deployments left').waitFor();
    assert.equal(await fresh.getByLabel('Organization').inputValue(), ORGANIZATION, 'that of the newest deployment');
    await fresh.context().close();
    // A name that is not localhost is not trusted without HTTPS, and the page works all the same.
    assert.deepEqual(others.filter((complaint) => !complaint.startsWith('The Cross-Origin-Opener-Policy header')), []);
  });

  await walk.test('weighs little at first sight', async () => {
    const fresh = await browser.newPage();
    const bodies = [];
    fresh.on('response', (response) => bodies.push(response.body()));
    await fresh.goto(`${service.address}/console/`, { waitUntil: 'networkidle' });
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    await fresh.close();
    assert.ok(bytes > 10_000 && bytes < 150_000, `the first page has ${bytes} bytes`);
    walk.diagnostic(`the first page has ${bytes} bytes`);
  });

  await walk.test('works by keyboard from the first key on', async () => {
    await page.goto(`${service.address}/console/`);
    await page.locator('main h1').waitFor();
    await page.locator('body').press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });

  await walk.test('gave the browser nothing to complain of', () => assert.deepEqual(complaints, []));
});
