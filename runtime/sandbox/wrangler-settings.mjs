// What becomes of the settings of a project's wrangler configuration. A setting that stands nowhere here is a binding, or a feature that we have not
// heard of: with something in it, it is refused by its name, because a worker would miss it. The table in docs/api.md says the same to users.

/** Say how the worker is built, or where wrangler found what. */
const building = [
  '$schema', 'configPath', 'userConfigPath', 'topLevelName', 'definedEnvironments', 'targetEnvironment', 'legacy_env', 'jsx_factory', 'jsx_fragment',
  'rules', 'build', 'define', 'alias', 'minify', 'keep_names', 'tsconfig', 'no_bundle', 'find_additional_modules', 'preserve_file_names', 'base_dir',
  'python_modules', 'dev', 'send_metrics',
];

/** Go live. */
const taken = ['name', 'main', 'compatibility_date', 'compatibility_flags', 'assets', 'pages_build_output_dir', 'vars'];

/** Go live as far as they fit. More than a script gets without asking would be at the platform's cost. */
const partly = {
  placement: { says: "the modes 'smart' and 'off' have", mode: (value) => ['smart', 'off'].includes(value) },
  limits: { says: 'cpu_ms up to 30000 and subrequests up to 1000 have', cpu_ms: upTo(30_000), subrequests: upTo(1_000) },
  observability: { says: 'enabled and head_sampling_rate have', enabled: isBoolean, head_sampling_rate: isShare },
};

/** Have no effect here, and why. The site works without them, so they are no reason to refuse it. */
const ignored = {
  account_id: 'the platform has its own account',
  route: 'the platform gives a site its address; give the deployment a customDomain for another one',
  routes: 'the platform gives a site its address; give the deployment a customDomain for another one',
  workers_dev: 'the platform gives a site its address; give the deployment a customDomain for another one',
  preview_urls: 'a deployment is live at one address',
  triggers: 'sites are called by their visitors only; there are no cron triggers',
  keep_vars: 'a deployment has the vars of its configuration and no others',
  migrations: 'they belong to Durable Objects, which a site cannot have',
  logpush: 'the platform decides where logs go',
  tail_consumers: 'the platform decides where logs go',
  streaming_tail_consumers: 'the platform decides where logs go',
  upload_source_maps: 'source maps are not kept',
  compliance_region: 'the platform has its own account',
  first_party_worker: 'the platform has its own account',
};

/** The names of what the service refuses. */
export function refusedOf(config) {
  const known = [...building, ...taken, ...Object.keys(partly), ...Object.keys(ignored)];
  return Object.keys(config).filter((key) => !known.includes(key) && !isEmpty(config[key]));
}

/** A line for each setting that has no effect, or only in part. */
export function warningsOf(config) {
  const lines = Object.keys(ignored).filter((key) => !isEmpty(config[key])).map((key) => `'${key}' has no effect: ${ignored[key]}.`);
  if (config.definedEnvironments?.length && !config.targetEnvironment) lines.push("'env' has no effect: what stands at the top level is deployed.");
  for (const [setting, { says }] of Object.entries(partly)) {
    const fitting = fittingOf(config, setting);
    const left = Object.entries(config[setting] ?? {}).some(([key, value]) => !isEmpty(value) && !(key in fitting));
    if (left) lines.push(`of '${setting}' only ${says} an effect.`);
  }
  return lines.map((line) => `wrangler configuration: ${line}`);
}

/** How the script is to be run, as far as a project may say; null when it says nothing. */
export function runtimeOf(config) {
  const [placement, limits, observability] = ['placement', 'limits', 'observability'].map((setting) => fittingOf(config, setting));
  if ([placement, limits, observability].every((fitting) => Object.keys(fitting).length === 0)) return null;
  return {
    smartPlacement: placement.mode === 'smart',
    cpuMilliseconds: limits.cpu_ms ?? null,
    subrequests: limits.subrequests ?? null,
    observed: observability.enabled ?? null,
    samplingRate: observability.head_sampling_rate ?? null,
  };
}

function isEmpty(value) {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function fittingOf(config, setting) {
  const { says, ...fits } = partly[setting];
  return Object.fromEntries(Object.entries(config[setting] ?? {}).filter(([key, value]) => fits[key]?.(value)));
}

function upTo(most) {
  return (value) => Number.isInteger(value) && value >= 1 && value <= most;
}

function isBoolean(value) {
  return typeof value === 'boolean';
}

function isShare(value) {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
