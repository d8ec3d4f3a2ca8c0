// What an operator does with dead letters, in the console and on the dashboard's own pages: real ones, made by a target that broke.

import assert from 'node:assert/strict';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, watchedPage } from './browser.mjs';
import { startService, until } from './service.mjs';

let service;
let browser;
let page;
let complaints;

before(async () => {
  service = await startService({ MAX_RETRIES: '0' }); // the first failure is the last, so that nobody waits for back-off
  browser = await openBrowser();
  ({ page, complaints } = await watchedPage(browser));
  await page.goto(`${service.address}/console/`);
  await page.getByLabel('API token').fill(service.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Deployments' }).waitFor();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

/** Deploys to a target that cannot write; returns the dead letter of it. The target works again afterwards. */
async function deadLetter(project, text) {
  await service.newProject(project);
  const sites = join(service.data, 'sites');
  await rename(sites, `${sites}.away`);
  await writeFile(sites, 'no folder any more');
  try {
    const ended = await service.ended(await service.deployPage(project, text));
    assert.equal(ended.status, 'failed');
    assert.notEqual(ended.error.category, 'user');
    return await letterOf(ended.deploymentId);
  } finally {
    await unlink(sites);
    await rename(`${sites}.away`, sites);
  }
}

async function letterOf(deploymentId) {
  let letter;
  await until(async () => {
    const { deadLetters } = await service.call('GET', '/status/queue/dead-letters?limit=100');
    letter = deadLetters.find((one) => one.deploymentId === deploymentId);
    return letter;
  }, `${deploymentId} is a dead letter`);
  return letter;
}

const resolutionOf = async (letter) => (await service.call('GET', `/status/queue/dead-letters/${letter.id}`)).resolution;

/** The deployment that took a dead letter's place is live, with the page that the first one could not bring there. */
async function expectLive(deploymentId, text) {
  const ended = await service.ended(deploymentId);
  assert.equal(ended.status, 'completed', JSON.stringify(ended.error));
  const site = await browser.newPage();
  await site.goto(ended.workerUrl);
  assert.equal(await site.locator('h1').textContent(), text);
  await site.close();
}

test('Dead letters in the console', async (walk) => {
  await walk.test('are replayed, and what failed goes live', async () => {
    const letter = await deadLetter('replayed-in-console', 'Late but here');
    await page.goto(`${service.address}/console/#/queue`);
    await page.locator(`a[href="#/dead-letter/${letter.id}"]`).click();
    await page.getByText('Attempt 1').waitFor();
    await page.getByLabel('Note').fill('the disk is back');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.locator('.title .chip').filter({ hasText: 'Completed' }).waitFor();
    await expectLive(page.url().split('/').pop(), 'Late but here');
    const { action, note } = await resolutionOf(letter);
    assert.deepEqual({ action, note }, { action: 'replayed', note: 'the disk is back' });
    await page.goto(`${service.address}/console/#/dead-letter/${letter.id}`);
    await page.getByRole('link', { name: 'Open the deployment that took its place' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Replay' }).count(), 0);
  });

  await walk.test('are discarded, and nothing is deployed', async () => {
    const letter = await deadLetter('discarded-in-console', 'Never');
    await page.goto(`${service.address}/console/#/dead-letter/${letter.id}`);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard it' }).click();
    await page.getByText('Discarded by').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Replay' }).count(), 0);
    assert.equal((await resolutionOf(letter)).action, 'discarded');
    const { deployments } = await service.call('GET', '/projects/discarded-in-console/deployments');
    assert.equal(deployments.length, 1);
  });
});

test('The dashboard', async (walk) => {
  await walk.test('is reached from the console and asks who comes', async () => {
    await page.goto(`${service.address}/console/#/queue`);
    assert.equal(await page.getByRole('link', { name: 'Hangfire dashboard' }).getAttribute('href'), '/hangfire');
    await page.goto(`${service.address}/hangfire`);
    await page.waitForURL('**/hangfire/login*');
    await page.getByLabel('API token').fill(service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/hangfire');
  });

  await walk.test('replays a dead letter, and what failed goes live', async () => {
    const letter = await deadLetter('replayed-on-dashboard', 'Late from the dashboard');
    await openLetter(letter);
    await page.getByText('The target').or(page.getByText('stored', { exact: false })).first().waitFor();
    await page.getByLabel('Note').fill('mended');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('replayed by').waitFor();
    const { action, note } = await resolutionOf(letter);
    assert.deepEqual({ action, note }, { action: 'replayed', note: 'mended' });
    await expectLive(await page.locator('dt:has-text("New deployment") + dd').textContent(), 'Late from the dashboard');
  });

  await walk.test('discards a dead letter', async () => {
    const letter = await deadLetter('discarded-on-dashboard', 'Never');
    await openLetter(letter);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('discarded by').waitFor();
    assert.equal(await page.getByRole('button').filter({ hasText: /Replay|Discard/ }).count(), 0);
    assert.equal((await resolutionOf(letter)).action, 'discarded');
  });

  await walk.test('opens each of its pages', async () => {
    for (const path of ['', '/deployments', '/dead-letters?state=all', '/jobs/enqueued', '/jobs/succeeded', '/jobs/failed', '/jobs/scheduled', '/retries', '/recurring', '/servers']) {
      const answer = await page.goto(`${service.address}/hangfire${path}`);
      assert.equal(answer.status(), 200, path);
      await page.locator('h1').first().waitFor();
    }
  });
});

test('Nothing on the way', async (walk) => {
  await walk.test('gave the browser something to complain of', () => assert.deepEqual(complaints, []));
});

async function openLetter(letter) {
  await page.goto(`${service.address}/hangfire/dead-letters`);
  await page.getByRole('link', { name: letter.deploymentId }).click();
  await page.getByRole('heading', { name: 'What failed' }).waitFor();
}
