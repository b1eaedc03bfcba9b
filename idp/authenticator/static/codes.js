// One-time codes (RFC 6238), from a key that cannot be read back.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function importSeed(base32, hash = 'SHA-1') {
  return crypto.subtle.importKey('raw', bytesOf(base32), { name: 'HMAC', hash }, false, ['sign']);
}

export async function codeAt(seedKey, milliseconds, { digits = 6, period = 30 } = {}) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(milliseconds / 1000 / period)));
  const mac = new DataView(await crypto.subtle.sign('HMAC', seedKey, counter));
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf;
  const number = mac.getUint32(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

// Returns the bytes of Base32 text (RFC 4648), or null if it is none.
export function bytesOf(base32) {
  const letters = Array.from(base32.toUpperCase().replace(/=+$/, ''));
  const values = letters.map((letter) => ALPHABET.indexOf(letter));
  if (values.includes(-1)) return null;
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
}
