// What the console's health page says while the target, or the object store, is away.

import assert from 'node:assert/strict';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, watchedPage } from './browser.mjs';
import { startService } from './service.mjs';

let target;
let service;
let browser;
let page;
let complaints;

before(async () => {
  target = await openTarget(0);
  service = await startService({
    CLOUDFLARE_ACCOUNT_ID: '023e105f4ecef8ad9ca31a8372d0c353', CLOUDFLARE_API_TOKEN: 'token-of-the-platform-account',
    Cloudflare__ApiBaseUrl: `http://127.0.0.1:${target.address().port}/client/v4/`, Cloudflare__CheckValidity: '00:00:02',
  });
  browser = await openBrowser();
  ({ page, complaints } = await watchedPage(browser));
  await page.goto(`${service.address}/console/#/health`);
});

after(async () => {
  await browser?.close();
  await service?.stop();
  target?.close();
});

/** As much of Cloudflare as being ready takes: the dispatch namespace is there. */
function openTarget(port) {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json').end('{"success":true,"errors":[],"messages":[],"result":{"namespace_name":"libra-dispatcher","trusted_workers":false}}');
  });
  return new Promise((resolve) => { server.listen(port, '127.0.0.1', () => resolve(server)); });
}

const part = (name, word) => page.locator('.checks li', { hasText: name }).locator('.chip', { hasText: new RegExp(`^${word}$`) }).waitFor({ timeout: 30_000 });
const whole = (word) => page.locator('.health .chip', { hasText: word }).waitFor({ timeout: 30_000 });

test('The health page', async (walk) => {
  await walk.test('says that the target is away, and that it is back', async () => {
    await part('Target', 'healthy');
    const { port } = target.address();
    target.closeAllConnections();
    await new Promise((resolve) => { target.close(resolve); target.closeAllConnections(); });
    await part('Target', 'unhealthy');
    await whole('degraded');
    target = await openTarget(port);
    await part('Target', 'healthy');
  });

  await walk.test('says that the object store is away, and that it is back', async () => {
    const objects = join(service.data, 'objects');
    await rename(objects, `${objects}.away`);
    await writeFile(objects, 'no folder any more');
    await part('Object storage', 'unhealthy');
    await unlink(objects);
    await rename(`${objects}.away`, objects);
    await part('Object storage', 'healthy');
  });

  await walk.test('gave the browser nothing to complain of', () => assert.deepEqual(complaints, []));
});
