// Walks through the console as a person does, in a real browser, against a running service. README.md says how to run it.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const { BASE_URL, TOKEN_FILE, CHROMIUM = '/usr/bin/chromium' } = process.env;
const ORGANIZATION = 'org_demo';
const USER = 'user_demo';
// Without these the browser reaches for its maker's services.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const BUILD_TIME = 120_000;

const project = `e2e-${Date.now()}`; // of its own: deployments per user and project are limited by the minute
const complaints = [];
let browser;
let page;
let token;
let folder;

before(async () => {
  assert.ok(BASE_URL && TOKEN_FILE, 'Set BASE_URL and TOKEN_FILE; README.md says how.');
  token = (await readFile(TOKEN_FILE, 'utf8')).trim();
  folder = await mkdtemp(join(tmpdir(), 'libra-e2e-'));
  await createProject();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  page = await browser.newPage();
  page.setDefaultTimeout(BUILD_TIME); // a machine that builds answers a click late
  page.on('pageerror', (error) => complaints.push(error.stack));
  // A refusal that the page puts in words is logged by the browser as well; it is no fault of the page.
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text()); });
});

after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

async function createProject() {
  const response = await fetch(`${BASE_URL}/projects/${project}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ organizationId: ORGANIZATION, userId: USER, name: 'End to end', templateType: 'static' }),
  });
  assert.ok(response.ok, `PUT /projects answered ${response.status}: ${await response.text()}`);
}

const status = () => page.locator('.title .chip');
const ends = (word) => status().filter({ hasText: word }).waitFor({ timeout: BUILD_TIME });

async function deploy(choose) {
  await page.goto(`${BASE_URL}/console/#/deployments`);
  await page.getByRole('button', { name: 'Deploy…' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Project').fill(project);
  await form.getByLabel('Organization').fill(ORGANIZATION);
  await form.getByLabel('User').fill(USER);
  await form.locator('summary').click();
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

async function siteSays() {
  const site = await browser.newPage();
  try {
    await site.goto(await page.getByRole('link', { name: 'Open site' }).getAttribute('href'));
    return await site.locator('h1').textContent();
  } finally {
    await site.close();
  }
}

test('The console', async (walk) => {
  let firstDeployment;

  await walk.test('is served with a policy that runs nothing but its own files', async () => {
    const response = await fetch(`${BASE_URL}/console/`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'; style-src 'self'/);
    const again = await fetch(`${BASE_URL}/console/`, { headers: { 'If-None-Match': response.headers.get('etag') } });
    assert.equal(again.status, 304);
  });

  await walk.test('refuses a wrong token in words and takes a right one', async () => {
    await page.goto(`${BASE_URL}/console/`);
    await page.getByLabel('API token').fill('ldt_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is not accepted').waitFor();
    await page.getByLabel('API token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Deployments' }).waitFor();
  });

  await walk.test('deploys a pasted page and shows it going live, with its log', async () => {
    firstDeployment = await deploy(pasted('First version'));
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
    await page.locator('.step.in_progress', { hasText: 'Build' }).waitFor({ timeout: BUILD_TIME });
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
    await page.goto(`${BASE_URL}/console/#/deployments?projectId=${project}`);
    await page.locator('.row').nth(5).waitFor();
    assert.equal(await page.locator('.row').count(), 6);
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
    await page.goto(`${BASE_URL}/console/#/queue`);
    await page.getByRole('region', { name: 'Slots by node' }).locator('.slot').first().waitFor();
    await page.goto(`${BASE_URL}/console/#/quotas?organization=${ORGANIZATION}`);
    await page.getByText('deployments left').waitFor();
    await page.goto(`${BASE_URL}/console/#/health`);
    await page.locator('.checks li').first().waitFor();
  });

  await walk.test('creates a token, shows it once and revokes it', async () => {
    await page.goto(`${BASE_URL}/console/#/tokens`);
    await page.getByRole('button', { name: 'Create a token…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(project);
    await page.getByRole('dialog').getByRole('textbox', { name: /^Organization/ }).fill(ORGANIZATION);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    assert.match(await page.getByRole('textbox', { name: 'The token', exact: true }).inputValue(), /^ldt_/);
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: `Revoke ${project}` }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.locator('tr', { hasText: project }).getByText('Revoked').waitFor();
  });

  await walk.test('replays a dead letter', () => replayDeadLetter(firstDeployment));

  await walk.test('discards a dead letter', () => discardDeadLetter(firstDeployment));

  await walk.test('leads to the jobs behind the queue', async () => {
    await page.goto(`${BASE_URL}/console/#/queue`);
    assert.equal(await page.getByRole('link', { name: 'Hangfire dashboard' }).getAttribute('href'), '/hangfire');
  });

  await walk.test('weighs little at first sight', async () => {
    const fresh = await browser.newPage();
    let bytes = 0;
    fresh.on('response', async (response) => { bytes += (await response.body().catch(() => Buffer.alloc(0))).length; });
    await fresh.goto(`${BASE_URL}/console/`, { waitUntil: 'networkidle' });
    await fresh.close();
    assert.ok(bytes > 10_000 && bytes < 150_000, `the first page has ${bytes} bytes`);
  });

  await walk.test('has enough contrast in both themes', async () => {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const view of ['deployments', 'queue', 'health']) {
        await page.goto(`${BASE_URL}/console/#/${view}`);
        await page.locator('main h1').waitFor();
        assert.deepEqual(await page.evaluate(faintTexts), [], `${view} in ${scheme}`);
        if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${view}-${scheme}.png`), fullPage: true });
      }
    }
    await page.emulateMedia({ colorScheme: null });
  });

  await walk.test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const view of ['deployments', 'queue', 'quotas', 'tokens', 'health']) {
      await page.goto(`${BASE_URL}/console/#/${view}`);
      await page.locator('main h1').waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390, `${view} is wider than the screen`);
    }
  });

  await walk.test('works by keyboard from the first key on', async () => {
    await page.goto(`${BASE_URL}/console/`);
    await page.locator('main h1').waitFor();
    await page.locator('body').press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });

  await walk.test('logged no error of its own', () => assert.deepEqual(complaints, []));
});

// A sound service makes no dead letter, so these answers are written down here as the contract has them.
function letterOf(deployment) {
  return {
    id: '01a20894-0000-7000-8000-000000000001', deploymentId: deployment.split('/').pop(), projectId: project, organizationId: ORGANIZATION,
    reason: 'max_retries_exceeded', originalQueue: 'deployment-queue',
    finalError: 'TARGET_UNAVAILABLE: The target does not answer.', totalRetries: 3, createdAt: new Date().toISOString(), message: {},
    retryHistory: [{ at: new Date().toISOString(), attempt: 4, step: 'deploy', code: 'TARGET_UNAVAILABLE', message: 'The target does not answer.' }],
  };
}

/** Opens the letter from the queue's page; returns what is sent about it, which `answer` answers. */
async function openDeadLetter(letter, answer) {
  const requests = [];
  await page.route('**/status/queue/dead-letters**', (route) => {
    const request = route.request();
    if (request.method() === 'GET') return route.fulfill({ json: request.url().includes(letter.id) ? letter : { success: true, deadLetters: [letter], nextCursor: null } });
    requests.push(`${request.url().split('/').pop()} ${request.postData()}`);
    return route.fulfill({ json: answer() });
  });
  await page.goto(`${BASE_URL}/console/#/queue`);
  await page.locator('a[href^="#/dead-letter/"]').click();
  await page.getByText('Attempt 4').waitFor();
  return requests;
}

async function replayDeadLetter(deployment) {
  const letter = letterOf(deployment);
  const requests = await openDeadLetter(letter, () => ({ success: true, deploymentId: letter.deploymentId }));
  await page.getByLabel('Note').fill('target is back');
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.waitForURL((url) => url.href === deployment);
  assert.deepEqual(requests, ['replay {"note":"target is back"}']);
  await page.unroute('**/status/queue/dead-letters**');
}

async function discardDeadLetter(deployment) {
  const letter = letterOf(deployment);
  const requests = await openDeadLetter(letter, () => {
    letter.resolution = { action: 'discarded', by: 'operator', at: new Date().toISOString() };
    return letter;
  });
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard it' }).click();
  await page.getByText('Discarded by operator').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Replay' }).count(), 0);
  assert.deepEqual(requests, ['discard {}']);
  await page.unroute('**/status/queue/dead-letters**');
}

// Runs in the page: texts whose contrast with what lies behind them is under 4.5 to 1, or 3 to 1 where they are large.
function faintTexts() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join('');
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest('.unseen, .skip, [disabled]')) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(channels(style.color)), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ((one + 0.05) / (other + 0.05) < (large ? 3 : 4.5)) faint.push(`${text.slice(0, 30)}: ${style.color} on ${behind(element)}`);
  }
  return faint;
}
