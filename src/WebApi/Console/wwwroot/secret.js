// A secret that is shown once, to be copied.

import { actionButton, announce, h, notify, setText } from './dom.js';

/** What a dialog holds for it; `label` names the secret to those who cannot see it. */
export function secretBox(sentence, label, secret, close) {
  const value = h('input', { readonly: true, value: secret, 'aria-label': label, class: 'secret', on: { focus: () => value.select() } });
  const copy = actionButton('Copy', async () => {
    value.select();
    // Where the page is not served over HTTPS there is no clipboard for it; the text is selected for the keyboard.
    if (!navigator.clipboard) return notify('Press Ctrl+C: it is selected.');
    await navigator.clipboard.writeText(secret);
    announce('Copied');
    setText(copy, 'Copied');
  }, { class: 'primary' });
  return h('div', {}, h('p', {}, sentence),
    h('div', { class: 'copy' }, value, copy),
    h('div', { class: 'actions end' }, h('button', { type: 'button', on: { click: () => close() } }, 'I have it')));
}
