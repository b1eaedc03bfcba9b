// Installs the service worker, so that the app opens without a connection, and follows its updates.

const WORKER = '/authenticator/sw.js';

export async function workOffline() {
  if (!('serviceWorker' in navigator)) return;
  const isUpdate = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isUpdate && isIdle()) location.reload();
  });
  try {
    const options = { scope: '/authenticator/', updateViaCache: 'none' };
    const registration = await navigator.serviceWorker.register(WORKER, options);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) registration.update().catch(() => {}); // without a connection: later
    });
  } catch {
    // No connection, or the browser does not want to: the page works, while it is online.
  }
}

// Waits until the worker keeps what the server has now, if there is a worker.
export async function renewWorker() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update();
  const worker = registration?.installing ?? registration?.waiting;
  if (!worker) return;
  await new Promise((resolve) => {
    const look = () => ['activated', 'redundant'].includes(worker.state) && resolve();
    worker.addEventListener('statechange', look);
    look();
  });
}

// A new version waits while a request is on screen or a code is being typed: it is there next time.
function isIdle() {
  return !document.querySelector('dialog[open]') && !document.activeElement?.closest('form');
}
