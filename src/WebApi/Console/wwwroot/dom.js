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

/** Makes these the only children, in this order; those that stand right are not touched, so that the keyboard stays where it is. */
export function arrange(list, elements) {
  const wanted = new Set(elements);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  let place = list.firstElementChild;
  for (const element of elements) {
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
  }
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

/**
 * Opens a dialog and resolves when it closes; `build` gets the function that closes it. It stays as long as it is busy: what a request
 * under way brings back may be shown only once.
 */
export function dialog(title, build) {
  return new Promise((resolve) => {
    const heading = h('h2', { id: 'dialog-title' }, title);
    const box = h('dialog', { 'aria-labelledby': 'dialog-title' });
    const over = new AbortController();
    const busy = () => box.hasAttribute('aria-busy');
    const close = (result) => { box.returnValue = ''; resolve(result); box.close(); };
    box.append(heading, build(close));
    box.addEventListener('close', () => { over.abort(); box.remove(); resolve(undefined); });
    box.addEventListener('cancel', (event) => { if (busy()) event.preventDefault(); });
    // A second Escape closes a dialog whatever it answered to the first, unless it never hears of it.
    addEventListener('keydown', (event) => { if (event.key === 'Escape' && busy()) event.preventDefault(); }, { capture: true, signal: over.signal });
    addEventListener('hashchange', () => { if (!busy()) box.close(); }, { signal: over.signal });
    document.body.append(box);
    box.showModal();
  });
}

/**
 * The form of a dialog. `work` runs once at a time, and the dialog closes with what it returns; what it throws is said in the words
 * of `explain`.
 */
export function dialogForm(close, { action, work, explain = (error) => [h('p', {}, error.message)] }, ...content) {
  const problem = h('div', { class: 'form-problem', role: 'alert' });
  const leave = h('button', { type: 'button', on: { click: () => close() } }, 'Close');
  const go = h('button', { class: 'primary' }, action);
  const form = h('form', { on: { submit: async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    busy(true);
    put(problem);
    try {
      const result = await work();
      busy(false);
      close(result);
    } catch (error) {
      busy(false);
      put(problem, explain(error));
      if (!form.contains(document.activeElement)) go.focus(); // a button that is switched off lets go of the keyboard
    }
  } } }, ...content, problem, h('div', { class: 'actions end' }, leave, go));
  return form;

  function busy(is) {
    for (const button of [leave, go]) button.disabled = is;
    if (is) form.closest('dialog').setAttribute('aria-busy', 'true');
    else form.closest('dialog').removeAttribute('aria-busy');
  }
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
    try { await work(); } catch (error) { if (error.name !== 'AbortError') notify(error.message, 'bad'); } finally {
      button.disabled = false;
      if (document.activeElement === document.body) button.focus(); // which it let go of while it was switched off
    }
  } } }, label);
  return button;
}

/** Hands a file to the person. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
