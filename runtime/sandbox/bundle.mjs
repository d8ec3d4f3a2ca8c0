// Inside the second phase as /opt/libra/bundle.mjs, after the project's own build: makes of whatever it built the one form that the service takes,
// .libra-out/ with result.json, worker/ and assets/. Everything here is untrusted to the service, which checks it again.
import fs from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { refusedOf, runtimeOf, warningsOf } from './wrangler-settings.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = [path.join(here, 'node_modules'), path.join(here, '../node_modules')].find((folder) => fs.existsSync(folder));
const project = process.cwd();
const out = path.join(project, '.libra-out');
const configNames = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml', '.wrangler/deploy/config.json'];
const siteFolders = ['dist', 'build', 'out', 'public'];
const generatedSites = ['_site', '.vitepress/dist', 'docs/.vitepress/dist']; // Eleventy and Jekyll; VitePress, which has no server

// The pages of create-react-app and Vue CLI as their builds read them. Not every <% is one: such marks are also read in browsers.
const template = /%PUBLIC_URL%|<%[-=]?\s*(BASE_URL|htmlWebpackPlugin|process\.env|VUE_APP_)/;

// In a project that is its own assets folder: no part of the site.
const leftovers = ['.libra-out', '.git', '.wrangler'];

// The types of modules in the words of wrangler's rules: by the type of a part, and what the service takes a module for by its name alone.
// The last two are nothing that a rule can say.
const typesOfParts = {
  'application/javascript+module': 'ESModule', 'application/javascript': 'CommonJS', 'application/wasm': 'CompiledWasm',
  'application/octet-stream': 'Data', 'text/plain': 'Text',
};
const typesOfNames = {
  '.js': 'ESModule', '.mjs': 'ESModule', '.cjs': 'CommonJS', '.wasm': 'CompiledWasm', '.txt': 'Text', '.html': 'Text', '.sql': 'Text', '.md': 'Text',
  '.json': 'JSON', '.map': 'source map',
};

// Options of Node and of what starts it whose next word is their value.
const valueFollows = /^(?:-r|--require|--import|--loader|--experimental-loader|--env-file|--run|-w|-e|--ext|-i|--ignore|-x|--exec|--name)$/;

class BundleError extends Error {}

let loaded;

keepWranglersLogFileQuiet();

// The project as it was sent, after a build that worked on a copy of it.
let sent;

if (process.argv[2] === '--wait') {
  sent = process.argv[3];
  if (isConfigured()) wrangler();
  // Nothing but the end means that the build failed.
  if (fs.readSync(0, Buffer.alloc(1)) === 0) process.exit(1);
}

try {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out);
  const result = isConfigured() ? await fromConfiguration() : withoutConfiguration();
  fs.writeFileSync(path.join(out, 'result.json'), JSON.stringify(result, null, 2));
} catch (error) {
  if (!(error instanceof BundleError)) throw error;
  console.error(error.message);
  process.exit(1);
}

function isConfigured() {
  return configNames.some((name) => fs.existsSync(path.join(project, name)));
}

async function fromConfiguration() {
  const config = readConfiguration();
  for (const line of warningsOf(config)) console.warn(line);
  const compatibilityDate = config.compatibility_date ?? dateOfRuntime();
  refusePagesFunctions(config);
  const worker = config.main ? await bundleWorker(compatibilityDate) : null;
  const folder = assetsFolder(config);
  if (folder) copyAssets(folder, path.join(out, 'assets'));

  return {
    formatVersion: 1,
    compatibilityDate,
    compatibilityFlags: config.compatibility_flags ?? [],
    mainModule: worker && worker.mainModule,
    moduleTypes: worker ? worker.moduleTypes : {},
    assets: folder && {
      binding: config.assets?.binding ?? null,
      htmlHandling: config.assets?.html_handling ?? 'auto-trailing-slash',
      notFoundHandling: config.assets?.not_found_handling ?? (worker ? 'none' : notFoundOfNamed(folder)),
      runWorkerFirst: config.assets?.run_worker_first ?? false,
    },
    vars: config.vars ?? {},
    runtime: worker && runtimeOf(config),
    refused: refusedOf(config),
  };
}

function withoutConfiguration() {
  const folder = builtSite();
  copyAssets(folder, path.join(out, 'assets'));
  return {
    formatVersion: 1,
    compatibilityDate: dateOfRuntime(),
    compatibilityFlags: [],
    mainModule: null,
    moduleTypes: {},
    assets: { binding: null, htmlHandling: 'auto-trailing-slash', notFoundHandling: notFoundOf(folder), runWorkerFirst: false },
    vars: {},
    runtime: null,
    refused: [],
  };
}

/**
 * wrangler's exports and, as commandLine, what it does as a program. Both in one process, because loading it is most of the work
 * and a child would load it again.
 */
function wrangler() {
  return (loaded ??= load());
}

function load() {
  const file = path.join(modules, 'wrangler/wrangler-dist/cli.js');
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  module._compile(`${fs.readFileSync(file, 'utf8')}\nexports.commandLine = main;`, file);
  return module.exports;
}

/** After a failure wrangler names the file of its own log. That lies in the sandbox, where nobody can open it. */
function keepWranglersLogFileQuiet() {
  const warn = console.warn;
  console.warn = (...words) => {
    if (!String(words[0]).startsWith('\u{1FAB5}')) warn.apply(console, words);
  };
}

function readConfiguration() {
  // wrangler's own reader, which also follows the redirect that build plugins write to .wrangler/deploy/config.json.
  const read = (hideWarnings) => wrangler().unstable_readConfig({}, { hideWarnings, useRedirectIfAvailable: true });
  try {
    const config = read(true);
    // Bundling says what wrangler does not know of the configuration; without a worker nothing is bundled.
    return config.main ? config : read(false);
  } catch (error) {
    throw new BundleError(`The wrangler configuration cannot be used: ${error.message}`);
  }
}

async function bundleWorker(compatibilityDate) {
  const scratch = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'bundle-'));
  const upload = path.join(scratch, 'upload.multipart');
  try {
    await wrangler().commandLine(['deploy', '--dry-run', '--outdir', path.join(scratch, 'out'), '--outfile', upload, '--compatibility-date', compatibilityDate]);
  } catch {
    throw new BundleError('wrangler could not bundle the worker; its messages are above.');
  }
  return writeModules(await readUpload(upload));
}

/** The body that wrangler would upload: the metadata names the main module, and the other parts are the modules. */
async function readUpload(file) {
  const body = fs.readFileSync(file);
  const boundary = body.subarray(2, body.indexOf('\r\n')).toString();
  return new Response(body, { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }).formData();
}

async function writeModules(form) {
  const mainModule = JSON.parse(form.get('metadata')).main_module;
  if (!mainModule) throw new BundleError('The worker has to be an ES module: it has no default export.');
  const folder = path.join(out, 'worker');
  const types = new Map();
  for (const [name, part] of form) {
    if (typeof part === 'string' || part.type === 'application/source-map') continue;
    const target = path.join(folder, name);
    if (!target.startsWith(folder + path.sep)) throw new BundleError(`The worker's module '${name}' lies outside the worker.`);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, Buffer.from(await part.arrayBuffer()));
    const type = typesOfParts[part.type];
    if (type && type !== typeOfName(name)) types.set(path.relative(folder, target), type);
  }
  return { mainModule, moduleTypes: Object.fromEntries(types) };
}

function typeOfName(name) {
  return typesOfNames[name.match(/\.[^./]*$/)?.[0]] ?? 'Data';
}

function assetsFolder(config) {
  const base = config.configPath ? path.dirname(config.configPath) : project;
  const named = config.assets?.directory ?? config.pages_build_output_dir;
  if (!named) return config.main ? null : builtSite();
  const folder = path.resolve(base, named);
  if (folder !== project && !folder.startsWith(project + path.sep)) throw new BundleError(`The wrangler configuration names the assets folder '${named}', which lies outside the project.`);
  if (!isFolder(folder)) throw new BundleError(`The wrangler configuration names the assets folder '${named}', which the build did not make.`);
  return folder;
}

/** Pages would make a worker of them. Without it their addresses would answer with the site's own page, as if all were well. */
function refusePagesFunctions(config) {
  const functions = path.join(project, 'functions');
  if (config.main || !config.pages_build_output_dir || !isFolder(functions)) return;
  const found = fs.readdirSync(functions, { recursive: true }).find((name) => /\.[jt]sx?$/.test(name) && !name.endsWith('.d.ts'));
  if (found) throw new BundleError(`functions/${found} is a function of Cloudflare Pages, which is not deployed. Make it part of a worker, and name that as 'main' in the wrangler configuration.`);
}

/**
 * The folder that a build without a configuration made for browsers. Only an index.html shows that: what else lies in dist or build may be
 * a server's code, which must not be published, and public is mostly what a build reads.
 */
function builtSite() {
  const site = [...siteFolders, ...nestedSites(), ...generatedSites].find(isSite);
  if (!site) throw new BundleError(reasonForNoSite());
  const server = serverAmong(site);
  if (server) throw new BundleError(`The build put '${server}', code of a server, among the pages in '${site}'. A server for Node does not run here, and its code must not be public: have the build write it elsewhere, or make it a worker, and name that as 'main' in a wrangler configuration.`);
  if (site === 'public' && (isAsSent('public/index.html') || siteFolders.some((name) => name !== site && isFolder(path.join(project, name)))))
    console.warn("Deploying 'public', because no other folder has an index.html. What the build wrote elsewhere is not deployed: name its folder as assets.directory in a wrangler configuration if it should be.");
  return path.join(project, site);
}

/** Where frameworks put a site that has no server: Angular; React Router and Vite; Nuxt, TanStack Start and Nitro. */
function nestedSites() {
  const apps = isFolder(path.join(project, 'dist')) ? fs.readdirSync(path.join(project, 'dist')).map((app) => `dist/${app}`) : [];
  const angular = apps.map((app) => `${app}/browser`).filter(isSite);
  const likely = angular.length === 1 ? angular : [];
  return [...likely, 'build/client', 'dist/client', '.output/public'].filter((site) => !hasServerBeside(site));
}

/** A server makes the pages that the folder lacks. */
function hasServerBeside(site) {
  return isFolder(path.join(project, path.dirname(site), 'server'));
}

/** What the project starts with Node, or a folder of code called server: published, it would tell everybody what it says. */
function serverAmong(site) {
  const started = startedFiles().find((file) => file.startsWith(site + path.sep));
  if (started) return started;

  const folder = path.join(site, 'server');
  if (!isFolder(path.join(project, folder))) return null;
  const names = fs.readdirSync(path.join(project, folder), { recursive: true });
  return names.some((name) => /\.[cm]?js$/.test(name)) && !names.some((name) => /\.html?$/.test(name)) ? folder : null;
}

/** Files that the script 'start' hands to Node or the like, one for each of its commands. */
function startedFiles() {
  const file = path.join(project, 'package.json');
  const manifest = isFile(file) ? JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) : null;
  if (typeof manifest?.scripts?.start !== 'string') return [];
  return manifest.scripts.start.split(/[;|&]+/)
    .map((command) => startedBy(command.split(/[\s"']+/).filter(Boolean), manifest.main))
    .filter(Boolean);
}

function startedBy(words, main) {
  const at = words.findIndex((word) => ['node', 'nodemon', 'tsx', 'bun', 'pm2'].includes(path.basename(word)));
  if (at < 0) return undefined;

  const program = path.basename(words[at]);
  const takesNames = ['bun', 'pm2'].includes(program); // of scripts, packages and commands, besides files
  const rest = words.slice(at + 1).filter((word, index) => index > 0 || !(takesNames && ['run', 'start'].includes(word)));
  for (let i = 0; i < rest.length; i++) {
    if (valueFollows.test(rest[i]) || (program === 'nodemon' && rest[i] === '--watch')) i++;
    else if (!rest[i].startsWith('-')) return takesNames && !/[./]/.test(rest[i]) ? undefined : codeOf(rest[i] === '.' ? main : rest[i]);
  }
  return undefined;
}

function codeOf(name) {
  if (typeof name !== 'string') return undefined;
  const files = ['', '.js', '.cjs', '.mjs', '/index.js'].map((end) => path.normalize(name + end));
  return files.find((file) => /\.[cm]?js$/.test(file) && isFile(path.join(project, file)));
}

function isSite(name) {
  return isFile(path.join(project, name, 'index.html')) && !(name === 'public' && isTemplate());
}

function isTemplate() {
  return isFile(path.join(project, 'public/index.html')) && template.test(fs.readFileSync(path.join(project, 'public/index.html'), 'utf8'));
}

/** False for what the build wrote, and when there was none. */
function isAsSent(name) {
  if (!sent || !isFile(path.join(sent, name))) return false;
  return fs.readFileSync(path.join(sent, name)).equals(fs.readFileSync(path.join(project, name)));
}

function reasonForNoSite() {
  const found = [...siteFolders, '.next', '.output', '.svelte-kit'].filter((name) => isFolder(path.join(project, name)));
  if (found.length === 0) return 'There is nothing to deploy: no wrangler configuration names it, and there is none of dist, build, out and public.';

  const contents = found.map((name) => `${name} (${fs.readdirSync(path.join(project, name)).slice(0, 5).join(', ') || 'empty'})`);
  const unbuilt = isTemplate() ? ' (public/index.html is the template of a page that the build wrote elsewhere)' : '';
  return `There is no site to deploy: none of ${contents.join('; ')} has an index.html of its own${unbuilt}, and a server for Node is not deployed. `
    + "Have the framework export static pages (for instance output: 'export' for Next.js, 'nuxt generate', ssr: false for React Router, adapter-static for SvelteKit), "
    + 'use its adapter for Cloudflare Workers, or name the folder to publish as assets.directory in a wrangler configuration.';
}

function isFolder(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Pages that no build wrote are no app that routes in the browser, unless a configuration says so. */
function notFoundOfNamed(folder) {
  const found = notFoundOf(folder);
  return found === 'single-page-application' && isAsSent(path.relative(project, path.join(folder, 'index.html'))) ? 'none' : found;
}

/** A site that brings its own page for this keeps it; any other is taken for an app that routes in the browser. */
function notFoundOf(folder) {
  return fs.existsSync(path.join(folder, '404.html')) ? '404-page' : 'single-page-application';
}

function copyAssets(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (isLeftover(from, entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) copyAssets(source, target);
    else if (entry.isFile()) fs.copyFileSync(source, target);
    else throw new BundleError(`The asset '${path.relative(project, source)}' is a link or a special file; only regular files can be deployed.`);
  }
}

/** Packages lie beside a manifest; folders of that name elsewhere hold what a bundler copied out of packages for browsers. */
function isLeftover(folder, name) {
  if (name === 'node_modules') return isFile(path.join(folder, 'package.json'));
  return folder === project && leftovers.includes(name);
}

/** The newest date that the pinned runtime knows is in its version, 1.YYYYMMDD.N. */
function dateOfRuntime() {
  const { version } = JSON.parse(fs.readFileSync(path.join(modules, 'workerd/package.json'), 'utf8'));
  return version.replace(/^\d+\.(\d{4})(\d{2})(\d{2})\..*$/, '$1-$2-$3');
}
