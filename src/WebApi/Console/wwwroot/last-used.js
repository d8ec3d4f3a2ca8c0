// What the caller works on, so that nobody types it on every page. Kept with the tab and its sign-in, else read off the newest deployment.

import { call, kept } from './api.js';

// A development service listens on its own machine alone, and comes with these.
const DEMO = /^(localhost|127\..*|\[::1\])$/.test(location.hostname) ? { project: 'demo', organization: 'org_demo' } : {};

/** Remembers a `project`, an `organization`, or both. */
export function used(names) {
  kept.write({ ...kept.read(), ...names });
}

/** The `project` and the `organization` that were used last; either is empty where nothing is known. */
export async function lastUsed(signal) {
  const known = kept.read();
  if (known.project && known.organization) return known;
  // Only a convenience: a token that may not list deployments types the names.
  const { deployments: [newest] } = await call('GET', '/status/deployments?limit=1', { signal }).catch(() => ({ deployments: [] }));
  return { project: newest?.projectId ?? DEMO.project ?? '', organization: newest?.organizationId ?? DEMO.organization ?? '', ...known };
}
