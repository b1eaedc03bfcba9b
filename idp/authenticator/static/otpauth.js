// otpauth://totp/ISSUER:LABEL?secret=BASE32&…, as services of all kinds print it in a QR code.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format

import { bytesOf } from './codes.js';
import { text } from './texts.js';

const HASHES = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };
const DIGITS = ['6', '8'];
const PERIODS = ['30', '60'];
const MAX_SECRET = 1024; // letters
const MAX_NAME = 100; // letters

// Returns what a code is made from; throws an Error that says what is wrong.
export function readToken(given) {
  const address = new URL(given);
  // Browsers do not agree whether what follows "otpauth:" is a host or a path.
  const rest = `${address.host}${address.pathname}`.replace(/^\/+/, '');
  const [type, ...names] = rest.split('/');
  if (type.toLowerCase() !== 'totp') {
    throw new Error(text('not_totp'));
  }
  const value = (name, usual) => address.searchParams.get(name) || usual;
  const [prefix, label] = splitName(decode(names.join('/')));
  const secret = value('secret', '').replace(/[\s-]/g, '');
  if (secret.length > MAX_SECRET || !bytesOf(secret)?.length) {
    throw new Error(text('bad_secret'));
  }
  return {
    label: shorten(label) || text('unnamed_codes'),
    issuer: shorten(value('issuer', prefix)),
    secret,
    hash: oneOf(HASHES, value('algorithm', 'SHA1').toUpperCase().replace('-', ''), 'bad_algorithm'),
    digits: Number(among(DIGITS, value('digits', '6'), 'bad_digits')),
    period: Number(among(PERIODS, value('period', '30'), 'bad_period')),
  };
}

// ISSUER:LABEL, or the label alone.
function splitName(name) {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function decode(escaped) {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped; // a label that was not escaped
  }
}

function oneOf(table, value, problem) {
  among(Object.keys(table), value, problem);
  return table[value];
}

function among(values, value, problem) {
  if (values.includes(value)) return value;
  throw new Error(text(problem, { value: shorten(value), allowed: values.join(', ') }));
}

function shorten(long) {
  return long.trim().slice(0, MAX_NAME);
}
