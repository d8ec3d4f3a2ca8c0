// The public API with the caller's own token, and its refusals in words.

const KEY = 'libra.token';
const KEPT = 'libra.last-used';
const NO_ANSWER = 'The service does not answer. Check that it runs and that you are online; this page goes on by itself when it is back.';

/** A refusal of the service, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(status, body) {
    super(wordsFor(status, body));
    this.status = status;
    this.code = body?.code ?? '';
    this.details = body?.details;
    this.requestId = body?.requestId;
  }
}

function wordsFor(status, body) {
  if (status === 0 || (status >= 502 && !body)) return NO_ANSWER; // without a body of ours it was a proxy that answered
  if (status === 401) return 'This token is not accepted: it is wrong, expired or revoked. Sign in with another one.';
  if (status === 403) return 'Your token may not do this. It lacks the scope, or belongs to another organization or user.';
  const fields = Object.entries(body?.details?.fieldErrors ?? {}).map(([name, texts]) => `${name}: ${texts.join(', ')}`);
  const wait = body?.retryAfter ? ` Try again in ${body.retryAfter} s.` : '';
  const sentence = body?.message ?? `The service answered with status ${status}.`;
  return fields.length > 0 ? `${sentence}: ${fields.join('; ')}` : sentence + wait;
}

// Private windows of some browsers refuse storage; then the token lives as long as the page.
let inMemory = null;

export const session = {
  get token() {
    try { return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? inMemory; } catch { return inMemory; }
  },
  open(token, remember) {
    inMemory = token;
    try { (remember ? localStorage : sessionStorage).setItem(KEY, token); } catch { /* kept in memory above */ }
  },
  close() {
    inMemory = null;
    try { sessionStorage.removeItem(KEY); localStorage.removeItem(KEY); } catch { /* nothing was stored */ }
    kept.write({}); // the next one who signs in may belong to others
  },
};

let keptInMemory = {};

/** What a tab remembers of its caller until the sign-out. */
export const kept = {
  read() {
    try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? keptInMemory; } catch { return keptInMemory; }
  },
  write(names) {
    keptInMemory = names;
    try { sessionStorage.setItem(KEPT, JSON.stringify(names)); } catch { /* kept in memory above */ }
  },
};

/** Sends a request and returns the bare answer; only a service that does not answer is an error here. */
export async function send(method, path, { body, headers = {}, signal, redirect } = {}) {
  const all = { Accept: 'application/json', ...headers };
  if (session.token) all.Authorization = `Bearer ${session.token}`;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  try {
    return await fetch(path, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), signal, redirect, cache: 'no-store', credentials: 'same-origin' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0);
  }
}

/** Reads the body of a refusal; proxies answer with something else than JSON at times. */
export async function refusal(response) {
  const body = await response.json().catch(() => undefined);
  const error = new ApiError(response.status, body);
  if (response.status === 401) dispatchEvent(new CustomEvent('libra:unauthorized', { detail: error }));
  return error;
}

/** Sends a request and returns the JSON of its answer. `accept` lists statuses beside 2xx whose body counts as an answer. */
export async function call(method, path, options = {}) {
  const response = await send(method, path, options);
  if (!response.ok && !options.accept?.includes(response.status)) throw await refusal(response);
  return response.status === 204 ? null : response.json();
}

/** A GET that is asked again and again: returns undefined as long as nothing has changed. The path may change in between. */
export function watched(fixed) {
  let tag = null;
  let asked = null;
  return async (signal, path = fixed) => {
    if (path !== asked) tag = null;
    asked = path;
    const response = await send('GET', path, { signal, headers: tag ? { 'If-None-Match': tag } : {} });
    if (response.status === 304) return undefined;
    if (!response.ok) throw await refusal(response);
    tag = response.headers.get('ETag');
    return response.json();
  };
}

/** A path with the parameters that have a value. */
export function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Unguessable key that makes a repeated click count once; also works where the page is not served over HTTPS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
