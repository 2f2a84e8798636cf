// Starts the worker. The program says itself when it is ready for work, and the page waits for that;
// here only a failure to start is told, as { failed: "what happened" }.

try {
  const { default: init } = await import('./core.js');
  await init();
} catch (error) {
  self.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}
