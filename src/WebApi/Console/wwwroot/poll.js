// Asks again at an interval, but not while nobody looks.

/** Resolves after the time, or at once when the signal ends. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() { clearTimeout(timer); signal.removeEventListener('abort', done); resolve(); }
  });
}

function visible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', done);
      resolve();
    }
  });
}

/**
 * Runs `work` until the signal ends or it returns false. A number that it returns is the time to the next turn.
 * What it throws goes to `failed`, and the next turns come later and later, up to 15 s.
 */
export async function poll(signal, interval, work, failed) {
  let failures = 0;
  while (!signal.aborted) {
    await visible(signal);
    if (signal.aborted) return;
    let next = interval;
    try {
      const answer = await work();
      if (answer === false) return;
      if (typeof answer === 'number') next = answer;
      failures = 0;
    } catch (error) {
      if (signal.aborted || error.name === 'AbortError') return;
      failures += 1;
      next = Math.min(15000, interval * 2 ** failures);
      if (failed(error) === false) return;
    }
    await pause(next, signal);
  }
}
