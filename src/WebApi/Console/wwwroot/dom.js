// Builds the page out of nodes. Data always becomes text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element; `on` holds listeners, `class` and other names are attributes, null and false leave an attribute away. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for drawings. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) element.append(child);
}

/** Puts other children in the place of those that are there. */
export function put(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** Changes a text only when it is another one, so that selections and screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells people who cannot see the page what has changed. */
export function announce(text) {
  setText(document.getElementById('announcer'), text);
}

/** A message that goes away by itself, or when it is clicked. */
export function notify(text, kind = 'good') {
  const notice = h('div', { class: `notice ${kind}` }, h('span', {}, text),
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close this message', on: { click: () => notice.remove() } }, '✕'));
  document.getElementById('notices').append(notice);
  setTimeout(() => notice.remove(), kind === 'bad' ? 15000 : 6000);
}

/** A labelled field; `hint` stands under it. */
export function field(label, input, hint) {
  return h('label', { class: 'field' }, h('span', { class: 'label' }, label), input, hint ? h('span', { class: 'hint' }, hint) : null);
}

/** What stands where there is nothing to show, with what to do about it. */
export function empty(title, text, ...actions) {
  return h('div', { class: 'empty' }, h('h2', {}, title), h('p', {}, text), ...actions);
}

/** An error in words, with a way on where there is one. */
export function failure(error, again) {
  return h('div', { class: 'card problem', role: 'alert' },
    h('h2', {}, 'That did not work'),
    h('p', {}, error.message),
    error.requestId ? h('p', { class: 'muted small' }, 'Request ', h('code', {}, error.requestId)) : null,
    again ? h('button', { type: 'button', on: { click: again } }, 'Try again') : null);
}

/** Opens a dialog and resolves when it closes; `build` gets the function that closes it. */
export function dialog(title, build) {
  return new Promise((resolve) => {
    const heading = h('h2', { id: 'dialog-title' }, title);
    const box = h('dialog', { 'aria-labelledby': 'dialog-title' });
    const close = (result) => { box.returnValue = ''; resolve(result); box.close(); };
    box.append(heading, build(close));
    box.addEventListener('close', () => { box.remove(); resolve(undefined); });
    addEventListener('hashchange', () => box.open && box.close(), { once: true });
    document.body.append(box);
    box.showModal();
  });
}

/** Asks before something that cannot be taken back; resolves to true or false. */
export async function confirmed(title, text, action) {
  const answer = await dialog(title, (close) => h('div', {},
    h('p', {}, text),
    h('div', { class: 'actions end' },
      h('button', { type: 'button', on: { click: () => close(false) } }, 'Keep as it is'),
      h('button', { type: 'button', class: 'danger', on: { click: () => close(true) } }, action))));
  return answer === true;
}

/** A button that cannot be pressed twice while its work runs, and says in words what went wrong. */
export function actionButton(label, work, attributes = {}) {
  const button = h('button', { type: 'button', ...attributes, on: { click: async () => {
    button.disabled = true;
    try { await work(); } catch (error) { if (error.name !== 'AbortError') notify(error.message, 'bad'); } finally { button.disabled = false; }
  } } }, label);
  return button;
}

/** Hands a file to the person. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
