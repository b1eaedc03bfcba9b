// One-time codes (RFC 6238: SHA-1, six digits, 30 seconds), from a key that cannot be read back.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const STEP = 30;

export function importSeed(base32) {
  return crypto.subtle.importKey(
    'raw', decode(base32), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'],
  );
}

export async function codeAt(seedKey, milliseconds) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(milliseconds / 1000 / STEP)));
  const mac = new DataView(await crypto.subtle.sign('HMAC', seedKey, counter));
  const offset = mac.getUint8(19) & 0xf;
  const number = mac.getUint32(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function decode(base32) {
  const bits = Array.from(base32.toUpperCase().replace(/=+$/, ''), (letter) =>
    ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  return new Uint8Array(bytes);
}
