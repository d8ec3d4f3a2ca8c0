// The live log of a deployment: only the lines in sight are in the page, so that 200,000 of them scroll like 20.

import { call, withQuery } from './api.js';
import { pieces, plain } from './ansi.js';
import { announce, h, put, save, setText } from './dom.js';

const ROW = 20; // px, the same as in console.css
const MARGIN = 30; // rows drawn above and below what is in sight
const MOST = 300_000; // lines kept in the page; older ones are in the download
const WIDEST = 2000; // characters of a line that are drawn
const CLOSE = 4; // px from the end that still count as the end

export class LogView {
  #id;
  #entries = [];
  #search = '';
  #matches = []; // indexes of lines that hold the searched text
  #current = -1;
  #errors = 0;
  #widest = 0;
  #drawing = false;
  #following = true;
  #wantedTop = -1; // where the page itself has scrolled to; any other place was the person's choice

  #rows = h('div', { class: 'log-rows' });
  #space = h('div', { class: 'log-space' }, this.#rows);
  #port = h('div', { class: 'log-port', tabindex: '0', role: 'region', 'aria-label': 'Log lines' }, this.#space);
  #count = h('span', { class: 'muted small' });
  #connection = h('span', { class: 'muted small' });
  #found = h('span', { class: 'muted small log-found', role: 'status' });
  #follow = h('input', { type: 'checkbox', checked: true, name: 'follow' });
  #input = h('input', { type: 'search', name: 'log-search', 'aria-label': 'Search the log', placeholder: 'Search' });
  #jump = h('button', { type: 'button', disabled: true, on: { click: () => this.#nextError() } }, 'Jump to error');
  #download = h('button', { type: 'button', on: { click: () => this.#save() } }, 'Download');
  #none = h('p', { class: 'log-none muted' }, 'No line yet. The log starts with the first step.');

  constructor(id) {
    this.#id = id;
    this.element = h('section', { class: 'card log', 'aria-label': 'Log' },
      h('div', { class: 'log-head' }, h('h2', {}, 'Log'), this.#count, this.#connection),
      h('div', { class: 'log-tools' }, this.#input, this.#found,
        h('button', { type: 'button', class: 'quiet', 'aria-label': 'Previous hit', on: { click: () => this.#step(-1) } }, '↑'),
        h('button', { type: 'button', class: 'quiet', 'aria-label': 'Next hit', on: { click: () => this.#step(1) } }, '↓'),
        h('label', { class: 'check' }, this.#follow, ' Follow'), this.#jump, this.#download),
      h('div', { class: 'log-body' }, this.#port, this.#none));
    this.#port.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#input.addEventListener('input', () => this.#find(this.#input.value));
    this.#input.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); this.#step(event.shiftKey ? -1 : 1); } });
    this.#follow.addEventListener('change', () => { this.#following = this.#follow.checked; this.#draw(); });
    this.#resized = new ResizeObserver(() => this.#draw());
    this.#resized.observe(this.#port);
  }

  #resized;

  /** Lets go of what outlives the page's view. */
  close() { this.#resized.disconnect(); }

  connection(state) {
    setText(this.#connection, { live: '● live', lost: '○ connection lost, connecting again…', ended: 'complete', waiting: '' }[state] ?? state);
    if (state === 'ended' && this.#entries.length === 0) setText(this.#none, 'This deployment wrote no log.');
  }

  append(lines) {
    for (const line of lines) {
      const text = plain(line.message);
      const entry = { ...line, text, lower: null };
      this.#entries.push(entry);
      if (line.level === 'error') this.#errors += 1;
      if (text.length > this.#widest) this.#widest = Math.min(text.length, WIDEST);
      if (this.#search && this.#holds(entry)) this.#matches.push(this.#entries.length - 1);
    }
    if (this.#entries.length > MOST) this.#forgetOldest();
    this.#draw();
  }

  #forgetOldest() {
    for (const entry of this.#entries.splice(0, this.#entries.length - MOST + 10_000)) if (entry.level === 'error') this.#errors -= 1;
    this.#find(this.#search, false);
  }

  #holds(entry) {
    entry.lower ??= entry.text.toLowerCase();
    return entry.lower.includes(this.#search);
  }

  #find(text, move = true) {
    this.#search = text.toLowerCase();
    this.#matches = [];
    if (this.#search) this.#entries.forEach((entry, index) => { if (this.#holds(entry)) this.#matches.push(index); });
    this.#current = -1;
    if (move && this.#matches.length > 0) this.#step(1);
    this.#draw();
  }

  #step(by) {
    if (this.#matches.length === 0) return;
    this.#current = (this.#current + by + this.#matches.length) % this.#matches.length;
    this.#show(this.#matches[this.#current]);
  }

  #errorFrom = -1;

  #nextError() {
    let index = this.#entries.findIndex((entry, at) => at > this.#errorFrom && entry.level === 'error');
    if (index < 0) index = this.#entries.findIndex((entry) => entry.level === 'error'); // past the last: from the top again
    this.#errorFrom = index;
    this.#show(index);
    announce(this.#entries[index].text);
  }

  #marked = -1;

  #show(index) {
    this.#setFollow(false);
    this.#marked = index;
    this.#scrollTo(Math.max(0, index * ROW - this.#port.clientHeight / 2));
    this.#draw();
  }

  #setFollow(on) {
    this.#following = on;
    this.#follow.checked = on;
  }

  #scrollTo(top) {
    this.#port.scrollTop = top;
    this.#wantedTop = this.#port.scrollTop;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#port;
    if (Math.abs(scrollTop - this.#wantedTop) > 1) {
      this.#wantedTop = -1;
      this.#setFollow(scrollTop + clientHeight >= scrollHeight - CLOSE);
    }
    this.#draw();
  }

  // Many chunks can arrive between two frames; they are drawn once.
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => { this.#drawing = false; this.#drawNow(); });
  }

  #drawNow() {
    const total = this.#entries.length;
    this.#none.hidden = total > 0;
    setText(this.#count, total === 0 ? '' : `${total.toLocaleString()} ${total === 1 ? 'line' : 'lines'}`);
    this.#jump.disabled = this.#errors === 0;
    setText(this.#found, this.#search ? `${this.#matches.length === 0 ? 'no hit' : `${this.#current + 1} of ${this.#matches.length.toLocaleString()}`}` : '');
    this.#space.style.height = `${total * ROW}px`;
    this.#space.style.minWidth = `${this.#widest + 26}ch`;
    if (this.#following) this.#scrollTo(this.#port.scrollHeight);

    const from = Math.max(0, Math.floor(this.#port.scrollTop / ROW) - MARGIN);
    const to = Math.min(total, Math.ceil((this.#port.scrollTop + this.#port.clientHeight) / ROW) + MARGIN);
    this.#rows.style.transform = `translateY(${from * ROW}px)`;
    put(this.#rows, this.#entries.slice(from, to).map((entry, at) => this.#row(entry, from + at)));
  }

  #row(entry, index) {
    const kind = [entry.level, entry.stream === 'system' ? 'system' : '', index === this.#marked ? 'marked' : ''].filter(Boolean).join(' ');
    return h('div', { class: `log-row ${kind}` },
      h('span', { class: 'log-seq', 'aria-hidden': 'true' }, String(entry.seq)),
      h('span', { class: 'log-step' }, entry.step ?? ''),
      h('span', { class: 'log-text' }, this.#coloured(entry)));
  }

  #coloured(entry) {
    const nodes = [];
    let left = WIDEST;
    for (const { text, classes } of pieces(entry.message)) {
      if (left <= 0) { nodes.push('…'); break; }
      const part = text.slice(0, left);
      left -= part.length;
      const marked = this.#search ? this.#highlight(part) : [part];
      nodes.push(classes ? h('span', { class: classes }, marked) : marked);
    }
    return nodes.flat();
  }

  #highlight(text) {
    const nodes = [];
    const lower = text.toLowerCase();
    let from = 0;
    for (let at = lower.indexOf(this.#search); at >= 0; at = lower.indexOf(this.#search, from)) {
      nodes.push(text.slice(from, at), h('mark', {}, text.slice(at, at + this.#search.length)));
      from = at + this.#search.length;
    }
    nodes.push(text.slice(from));
    return nodes;
  }

  // From the service, not from the page: it has every line, those that the page let go included.
  async #save() {
    this.#download.disabled = true;
    try {
      const parts = [];
      for (let cursor = ''; cursor !== null;) {
        const page = await call('GET', withQuery(`/deploy/${encodeURIComponent(this.#id)}/logs`, { limit: 5000, cursor }));
        parts.push(page.entries.map((entry) => `${entry.timestamp} [${entry.step ?? '-'}] ${plain(entry.message)}\n`).join(''));
        cursor = page.entries.length === 0 ? null : page.nextCursor;
      }
      save(new Blob(parts, { type: 'text/plain' }), `${this.#id}.log`);
    } catch (error) {
      announce(error.message);
      this.connection(error.message);
    } finally {
      this.#download.disabled = false;
    }
  }
}
