// The service worker of the phone page: keeps the page and its files, so that it opens and shows
// codes without a connection. It never touches the API: what is not listed here goes to the server.

const CACHES = 'tallystick-authenticator-';
const CACHE = CACHES + '{{ version }}';
const DIGESTS = {{ files|tojson }}; // SHA-256 by address
const LANGUAGE = {{ language|tojson }}; // of the page; the cookie that chose it stays with the browser

// A file of another version, as another node may serve it, stops the installation: it is tried
// again when the page is next opened.
async function keep(cache, address) {
  const headers = { 'Accept-Language': LANGUAGE };
  const response = await fetch(address, { cache: 'reload', credentials: 'omit', headers });
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  if (!response.ok || hex.join('') !== DIGESTS[address]) throw new Error(`Other version: ${address}`);
  await cache.put(address, response);
}

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.keys(DIGESTS).map((address) => keep(cache, address)));
  await self.skipWaiting();
}

async function forgetOlder() {
  const older = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

async function answer(request, address) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOlder()));
self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const isKept = origin === self.location.origin && pathname in DIGESTS;
  if (isKept && event.request.method === 'GET') event.respondWith(answer(event.request, pathname));
});
