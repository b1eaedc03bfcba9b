// Reads what was typed, pasted or scanned: an activation code, the address of one, or otpauth.

import { readToken } from './otpauth.js';
import { text } from './texts.js';

const LINK_CODE = /^[A-Za-z0-9_-]{22}$/; // what stands in the QR code and the link
const NINE_DIGITS = /^[0-9]{9}$/;
const PAGE = '/authenticator/';
const ACTIVATION_PATHS = [PAGE, `${PAGE}api/activate`]; // of this server, in a phonefactor address

const server = document.body.dataset.server;

// Returns { code } of an activation, or { token } with codes alone; throws an Error that says why
// not. An East Asian keyboard types digits of full width.
export function read(given) {
  const typed = given.trim();
  const scheme = /^([a-z]+):/i.exec(typed)?.[1].toLowerCase();
  if (scheme === 'otpauth') return { token: readToken(typed) };
  if (scheme === 'phonefactor') return { code: readPhonefactor(typed) };
  if (scheme === 'http' || scheme === 'https') return { code: readLink(typed) };
  return { code: readCode(typed) };
}

export function readCode(typed) {
  const code = typed.trim();
  if (LINK_CODE.test(code)) return code;
  const digits = code.normalize('NFKC').replace(/[^0-9]/g, '');
  if (!NINE_DIGITS.test(digits)) throw new Error(text('nine_digits'));
  return digits;
}

function readLink(typed) {
  const address = parse(typed);
  mustBeOurs(address.origin === server && address.pathname === PAGE, address.host);
  return readCode(address.hash.slice(1));
}

// phonefactor://activate_account?code=<nine digits>&url=<address of the activation>
function readPhonefactor(typed) {
  const { host, searchParams } = parse(typed);
  const code = searchParams.get('code') ?? '';
  const url = searchParams.get('url') ?? '';
  if (host.toLowerCase() !== 'activate_account' || !NINE_DIGITS.test(code)) {
    throw new Error(text('no_activation'));
  }
  const address = parse(url);
  const isOurs = ACTIVATION_PATHS.some((path) => address.href === server + path);
  mustBeOurs(isOurs, address.host);
  return code;
}

function parse(address) {
  try {
    return new URL(address);
  } catch {
    throw new Error(text('no_activation'));
  }
}

// A code is never sent to a server that it is not for, nor its address opened.
function mustBeOurs(isOurs, host) {
  if (!isOurs) throw new Error(text('other_server', { host }));
}
