// Starts a service of the test's own: the built program with everything embedded, in a folder that is gone afterwards.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

const BUILT = fileURLToPath(new URL('../../src/WebApi/bin/Debug/net10.0/Libra.Deploy.WebApi.dll', import.meta.url));
const PROGRAM = process.env.PROGRAM ?? BUILT;
const START_TIME = 120_000;

export const ORGANIZATION = 'org_demo';
export const USER = 'user_demo';

/** A service that answers and is ready; `settings` are environment variables. */
export async function startService(settings = {}) {
  await access(PROGRAM).catch(() => assert.fail(`Build the service first: ${PROGRAM} is missing.`));
  const data = await mkdtemp(join(tmpdir(), 'libra-e2e-'));
  await chmod(data, 0o755); // PostgreSQL's own user has to pass through: elsewhere its data would outlive the test
  const [port, edge] = [await freePort(), await freePort()];
  const child = spawn('dotnet', [PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env, ENVIRONMENT: 'development', LIBRA_DATA_DIR: data, PORT: `${port}`, LIBRA_EDGE_PORT: `${edge}`, LOG_LEVEL: 'warn',
      RateLimit__Limit: '0', ...settings,
    },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(`${text}`));
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const service = new Service(`http://localhost:${port}`, data, async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  });
  try {
    await until(async () => {
      assert.equal(child.exitCode, null, `The service ended: ${said.join('')}`);
      return (await fetch(`${service.address}/health/ready`).catch(() => null))?.ok;
    }, 'the service is ready', START_TIME);
    service.token = (await readFile(join(data, 'dev-token'), 'utf8')).trim();
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

class Service {
  constructor(address, data, stop) {
    Object.assign(this, { address, data, stop });
  }

  /** Sends a request with every right; fails when it is refused. */
  async call(method, path, body) {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  /** A project of static files: its deployments need no sandbox. */
  async newProject(id) {
    await this.call('PUT', `/projects/${id}`, { organizationId: ORGANIZATION, userId: USER, name: id, templateType: 'static' });
    return id;
  }

  /** Deploys one page and returns the deployment's id. */
  async deployPage(projectId, text) {
    const initFiles = [{ path: 'index.html', content: `<!doctype html><title>${text}</title><h1>${text}</h1>` }];
    return (await this.call('POST', '/deploy', { projectId, orgId: ORGANIZATION, userId: USER, initFiles })).deploymentId;
  }

  /** Waits for the end of a deployment and returns its status. */
  async ended(id) {
    let status;
    await until(async () => {
      status = await this.call('GET', `/deploy/${id}/status`);
      return ['completed', 'failed', 'cancelled'].includes(status.status);
    }, `${id} ends`, START_TIME);
    return status;
  }
}

/** Asks again until it is true; fails when that takes too long. */
export async function until(condition, what, limit = 30_000) {
  for (const end = Date.now() + limit; !await condition(); await pause(100)) assert.ok(Date.now() < end, `Waited in vain until ${what}.`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
