// Runs before the first paint, so that a chosen theme does not flash. Not a module: modules wait for the page.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem('libra.theme'); } catch { /* storage switched off: the system's theme stands */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
