// Keys of this phone: made in the browser, never to leave it, and what they sign.

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };

export function newKeyPair() {
  return crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
}

export async function exportPublicKey(pair) {
  return base64(await crypto.subtle.exportKey('spki', pair.publicKey));
}

export async function sign(privateKey, text) {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  return base64url(await crypto.subtle.sign(algorithm, privateKey, utf8(text)));
}

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function newNonce() {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

function base64url(bytes) {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
