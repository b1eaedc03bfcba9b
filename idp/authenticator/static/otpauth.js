// otpauth://totp/ISSUER:LABEL?secret=BASE32&…, as services of all kinds print it in a QR code.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format

import { bytesOf } from './codes.js';

const HASHES = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };
const DIGITS = ['6', '8'];
const PERIODS = ['30', '60'];
const MAX_SECRET = 1024; // letters
const MAX_NAME = 100; // letters

// Returns what a code is made from; throws an Error that says what is wrong.
export function readToken(text) {
  const address = new URL(text);
  // Browsers do not agree whether what follows "otpauth:" is a host or a path.
  const rest = `${address.host}${address.pathname}`.replace(/^\/+/, '');
  const [type, ...names] = rest.split('/');
  if (type.toLowerCase() !== 'totp') {
    throw new Error('Only codes that go by time can be added: otpauth://totp/…');
  }
  const given = (name, usual) => address.searchParams.get(name) || usual;
  const [prefix, label] = splitName(decode(names.join('/')));
  const secret = given('secret', '').replace(/[\s-]/g, '');
  if (secret.length > MAX_SECRET || !bytesOf(secret)?.length) {
    throw new Error('The secret in this address is missing or not Base32.');
  }
  return {
    label: shorten(label) || 'Codes',
    issuer: shorten(given('issuer', prefix)),
    secret,
    hash: oneOf(HASHES, given('algorithm', 'SHA1').toUpperCase().replace('-', ''), 'algorithm'),
    digits: Number(among(DIGITS, given('digits', '6'), 'number of digits')),
    period: Number(among(PERIODS, given('period', '30'), 'period')),
  };
}

// ISSUER:LABEL, or the label alone.
function splitName(name) {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a label that was not escaped
  }
}

function oneOf(table, value, what) {
  among(Object.keys(table), value, what);
  return table[value];
}

function among(values, value, what) {
  if (values.includes(value)) return value;
  throw new Error(`The ${what} in this address is ${shorten(value)}, not one of ${values.join(', ')}.`);
}

function shorten(text) {
  return text.trim().slice(0, MAX_NAME);
}
