// Before the first paint, so that a chosen theme never flashes past.
try {
  if (localStorage.theme) document.documentElement.dataset.theme = localStorage.theme;
} catch { /* Storage is forbidden: the system's theme holds. */ }
