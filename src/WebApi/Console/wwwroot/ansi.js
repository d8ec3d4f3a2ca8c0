// Splits a log line at its terminal colours. Returns plain data; the caller makes text nodes of it.

// Colour codes are kept, all other escape sequences (cursor moves, titles, links) are dropped.
const ESCAPE = /\u001b(?:\[([0-9;:]*)m|\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The line without any escape sequence. */
export function plain(line) {
  return line.includes('\u001b') ? line.replace(ESCAPE, '').replace(CONTROL, '') : line.replace(CONTROL, '');
}

/** The line as pieces of text with the CSS classes that colour them. */
export function pieces(line) {
  if (!line.includes('\u001b')) return [{ text: line.replace(CONTROL, ''), classes: '' }];
  const found = [];
  let style = {};
  let from = 0;
  for (const match of line.matchAll(ESCAPE)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = apply(style, match[1]);
  }
  push(line.slice(from));
  return found;

  function push(text) {
    const clean = text.replace(CONTROL, '');
    if (clean) found.push({ text: clean, classes: Object.values(style).filter(Boolean).join(' ') });
  }
}

function apply(style, codes) {
  const numbers = codes.split(/[;:]/).map(Number);
  let next = { ...style };
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i];
    if (code === 0) next = {};
    else if (code === 1) next.weight = 'a-bold';
    else if (code === 2) next.weight = 'a-dim';
    else if (code === 22) next.weight = '';
    else if (code === 3 || code === 23) next.slant = code === 3 ? 'a-italic' : '';
    else if (code === 4 || code === 24) next.line = code === 4 ? 'a-underline' : '';
    else if (code >= 30 && code <= 37) next.colour = `a-${code - 30}`;
    else if (code >= 90 && code <= 97) next.colour = `a-${code - 90}`;
    else if (code === 39) next.colour = '';
    else if (code === 38 || code === 48) {
      if (code === 38) next.colour = numbers[i + 1] === 5 && numbers[i + 2] < 16 ? `a-${numbers[i + 2] % 8}` : '';
      i += numbers[i + 1] === 5 ? 2 : 4; // 256 colours take one number more, true colours three
    }
  }
  return next;
}
