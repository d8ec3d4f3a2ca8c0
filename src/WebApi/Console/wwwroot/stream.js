// Server-sent events over fetch: EventSource cannot send the token.

import { refusal, send } from './api.js';
import { pause } from './poll.js';

const SILENCE = 45000; // the service sends a comment every 15 s; three missed ones mean a dead connection

const SLICE = 65536; // characters read in one go
const BUSY = 40; // ms after which the page gets a turn: a long log arrives faster than it can be drawn

// The first comes back sooner; not every browser has it.
const breath = () => globalThis.scheduler?.yield?.() ?? new Promise((resolve) => { setTimeout(resolve); });

/** Cuts a stream of text into events; lines can be cut anywhere, even between chunks. */
export function eventReader(onEvent) {
  let rest = '';
  let event = { type: 'message', data: [], id: undefined };
  return (text) => {
    rest += text;
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      take(rest.slice(from, rest[end - 1] === '\r' ? end - 1 : end));
      from = end + 1;
    }
    rest = rest.slice(from);
  };

  function take(line) {
    if (line === '') {
      if (event.data.length > 0) onEvent({ type: event.type, id: event.id, data: event.data.join('\n') });
      event = { type: 'message', data: [], id: undefined };
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'data') event.data.push(value);
    else if (name === 'event') event.type = value;
    else if (name === 'id') event.id = value;
  }
}

/**
 * Follows a deployment's log to its end, through broken connections, with no line twice.
 * `on.lines(entries)`, `on.status(status)`, `on.connection('live' | 'lost' | 'ended')`; throws what will not pass by itself.
 */
export async function followLog(id, signal, on) {
  const seen = { seq: null, ended: false };
  for (let failures = 0; !signal.aborted && !seen.ended;) {
    const before = seen.seq;
    try {
      await readOnce(id, signal, on, seen);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    if (seen.ended || signal.aborted) break;
    on.connection('lost');
    failures = seen.seq === before ? failures + 1 : 0;
    await pause(Math.min(15000, 500 * 2 ** failures), signal);
  }
  if (!signal.aborted) on.connection('ended');
}

async function readOnce(id, signal, on, seen) {
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener('abort', stop, { once: true });
  let watchdog = setTimeout(stop, SILENCE);
  try {
    const headers = { Accept: 'text/event-stream', ...(seen.seq === null ? {} : { 'Last-Event-ID': String(seen.seq) }) };
    const response = await send('GET', `/deploy/${encodeURIComponent(id)}/logs/stream`, { signal: connection.signal, headers });
    if (!response.ok) throw await refusal(response);
    on.connection('live');

    let lines = [];
    let breathed = performance.now();
    const read = eventReader((event) => {
      const data = JSON.parse(event.data);
      if (event.type === 'log' && (seen.seq === null || data.seq > seen.seq)) { seen.seq = data.seq; lines.push(data); }
      if (event.type === 'status' || event.type === 'end') on.status(data);
      if (event.type === 'end') seen.ended = true;
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, SILENCE);
      for (let at = 0; at < value.length; at += SLICE) {
        read(value.slice(at, at + SLICE));
        if (lines.length > 0) { on.lines(lines); lines = []; }
        if (performance.now() - breathed < BUSY) continue;
        await breath();
        breathed = performance.now();
      }
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', stop);
  }
}
