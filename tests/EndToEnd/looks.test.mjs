// Every page of the console and of the dashboard, on a desk and on a phone, in light and dark: readable, as wide as the screen, and
// usable without a mouse. SCREENSHOTS names a folder for the pictures.

import assert from 'node:assert/strict';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESK, expectKeyboard, expectReadable, openBrowser, watchedPage } from './browser.mjs';
import { ORGANIZATION, startService, until } from './service.mjs';

let service;
let browser;
let page;
let complaints;
const at = {};

before(async () => {
  service = await startService({ MAX_RETRIES: '0', Webhooks__AllowPrivateAddresses: 'true' });
  await fill();
  browser = await openBrowser();
  ({ page, complaints } = await watchedPage(browser));
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

/** Something of everything: a live deployment, one that failed, a dead letter, a token, a webhook with deliveries. */
async function fill() {
  at.webhook = await service.call('POST', `/organizations/${ORGANIZATION}/webhooks`, { url: `${service.address}/health`, description: 'chat room', events: ['deployment.completed', 'deployment.failed'] });
  await service.newProject('shop');
  at.live = await service.deployPage('shop', 'Shop');
  await service.ended(at.live);
  await service.newProject('blog');
  const sites = join(service.data, 'sites');
  await rename(sites, `${sites}.away`);
  await writeFile(sites, '');
  at.failed = await service.deployPage('blog', 'Blog');
  await service.ended(at.failed);
  await unlink(sites);
  await rename(`${sites}.away`, sites);
  await until(async () => {
    [at.letter] = (await service.call('GET', '/status/queue/dead-letters')).deadLetters;
    return at.letter;
  }, 'there is a dead letter');
  await service.call('POST', '/tokens', { name: 'build machine', organizationId: ORGANIZATION, scopes: ['deployments:read', 'deployments:write'] });
}

async function expectAll(name) {
  await page.waitForLoadState('networkidle').catch(() => {}); // pages that ask again and again never rest
  await expectReadable(page, name);
  await expectKeyboard(page, name);
}

test('The console', async (walk) => {
  await walk.test('sign-in', async () => {
    await page.goto(`${service.address}/console/`);
    await page.getByLabel('API token').waitFor();
    await expectAll('console-sign-in');
    await page.getByLabel('API token').fill(service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Deployments' }).waitFor();
  });

  const views = [
    ['deployments', () => '#/deployments', '.row'],
    ['live-deployment', () => `#/deployment/${at.live}`, '.log-row'],
    ['failed-deployment', () => `#/deployment/${at.failed}`, '.problem'],
    ['queue', () => '#/queue', '.slot'],
    ['dead-letter', () => `#/dead-letter/${at.letter.id}`, '.attempts'],
    ['quotas', () => `#/quotas?organization=${ORGANIZATION}`, '.bar'],
    ['webhooks', () => '#/webhooks', '.row'],
    ['webhook', () => `#/webhook/${ORGANIZATION}/${at.webhook.webhook.id}`, '.message'],
    ['tokens', () => '#/tokens', 'tbody tr'],
    ['health', () => '#/health', '.checks li'],
  ];
  for (const [name, hash, sign] of views) {
    await walk.test(name, async () => {
      await page.goto(`${service.address}/console/${hash()}`);
      await page.locator(sign).first().waitFor();
      await expectAll(`console-${name}`);
    });
  }

  for (const [name, hash, button] of [['deploy-form', '#/deployments', 'Deploy…'], ['token-form', '#/tokens', 'Create a token…'], ['webhook-form', '#/webhooks', 'Add a webhook…']]) {
    await walk.test(name, async () => {
      await page.goto(`${service.address}/console/${hash}`);
      await page.getByRole('button', { name: button }).first().click();
      await page.getByRole('dialog').waitFor();
      await expectAll(`console-${name}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
  }
});

test('The dashboard', async (walk) => {
  await walk.test('sign-in', async () => {
    await page.goto(`${service.address}/hangfire/login`);
    await page.getByLabel('API token').waitFor();
    await expectAll('dashboard-sign-in');
    await page.getByLabel('API token').fill(service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/hangfire');
  });

  // Ours in full; of Hangfire's own only that they come up and fit.
  for (const [name, path] of [['deployments', () => '/deployments'], ['dead-letters', () => '/dead-letters'], ['dead-letter', () => `/dead-letters/${at.letter.id}`], ['account', () => '/login']]) {
    await walk.test(name, async () => {
      await page.goto(`${service.address}/hangfire${path()}`);
      await expectAll(`dashboard-${name}`);
    });
  }

  // Hangfire's own script looks for a chart when the theme changes under an open page, and has none on most.
  const ours = () => complaints.filter((complaint) => !complaint.includes('changeDatasetColorScheme'));
  await walk.test('gave the browser nothing to complain of', () => assert.deepEqual(ours(), []));
  await page.setViewportSize(DESK);
});
