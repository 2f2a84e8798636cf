// Starts the worker. The program says itself when it is ready for work, and the page waits for that; here
// only a failure to start is told, as a reply of the protocol (src/lab/protocol.rs).

try {
  const { default: init } = await import('./worker/program.js');
  await init();
} catch (error) {
  const failed = error instanceof Error ? error.message : String(error);
  self.postMessage([JSON.stringify({ id: 0, answer: { stopped: { failed } } }), '']);
}
